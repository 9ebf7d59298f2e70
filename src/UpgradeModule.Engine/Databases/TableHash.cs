namespace UpgradeModule.Engine.Databases;

/// <summary>A hash of what a table holds: the same wherever its rows lie, in whichever order, and of whichever version the server is.</summary>
/// <param name="Table">The table's name with its schema.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Hash">The hash, in hexadecimal digits. Only hashes of one engine and one version of this module are comparable.</param>
public sealed record TableHash(string Table, long Rows, string Hash);
