using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>One of PostgreSQL's own programs in the container that the database runs in.</summary>
/// <param name="Place">The container.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Version">Its version: <c>15.18</c>.</param>
/// <param name="Major">Its major.</param>
internal sealed record ContainerTool(IProgramPlace Place, string Name, string Version, int Major);
