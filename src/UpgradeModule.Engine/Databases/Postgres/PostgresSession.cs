namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>One session in a database.</summary>
/// <param name="Process">The number of its process on the server.</param>
/// <param name="Role">Its role.</param>
/// <param name="IsOurs">Whether it calls itself one of this module's.</param>
/// <param name="Text">The session, for people.</param>
internal sealed record PostgresSession(int Process, string? Role, bool IsOurs, string Text);
