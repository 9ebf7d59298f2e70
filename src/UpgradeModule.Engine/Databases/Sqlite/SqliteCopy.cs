namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>A copy that was made of a database.</summary>
/// <param name="Moment">The moment of the state that it holds, in UTC.</param>
/// <param name="Digest">Its SHA-256 in small hexadecimal digits, where that was computed while it was written.</param>
internal sealed record SqliteCopy(DateTimeOffset Moment, string? Digest);
