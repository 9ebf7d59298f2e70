namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>Stands for the end of the process: nobody catches it on purpose.</summary>
public sealed class KilledException : Exception;
