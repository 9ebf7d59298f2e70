namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>One of PostgreSQL's own programs.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Version">Its version: <c>15.18</c>.</param>
/// <param name="Major">Its major.</param>
internal sealed record PostgresProgram(string Path, string Version, int Major);
