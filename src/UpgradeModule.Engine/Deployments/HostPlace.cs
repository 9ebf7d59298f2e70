namespace UpgradeModule.Engine.Deployments;

/// <summary>Something on a host that an application may run in: a container, a unit.</summary>
/// <param name="Name">Its name, as a deployment names it.</param>
/// <param name="About">What is to be known of it: a container's image and state; empty where nothing is.</param>
public sealed record HostPlace(string Name, string About);
