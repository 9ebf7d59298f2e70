namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>An image for a throw-away container.</summary>
/// <param name="Cli">The engine.</param>
/// <param name="Name">The image: <c>postgres:15</c>.</param>
/// <param name="IsHere">Whether it is on this machine; else it is pulled before it is used.</param>
internal sealed record ContainerImage(ContainerCli Cli, string Name, bool IsHere);
