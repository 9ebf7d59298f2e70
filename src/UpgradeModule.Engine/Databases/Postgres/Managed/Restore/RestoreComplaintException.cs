using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>The server refuses something of a dump.</summary>
/// <param name="what">What of it.</param>
/// <param name="failure">What it says.</param>
internal sealed class RestoreComplaintException(string what, PostgresException failure) : Exception(failure.MessageText, failure)
{
    /// <summary>The complaint, for people.</summary>
    public string Complaint => $"{what}: {failure.MessageText}";

    /// <summary>Whether it is the server that is in trouble, and not the dump: full, stopped, out of memory.</summary>
    public bool IsServers => failure.SqlState is [_, _, ..] state && state[..2] is "08" or "53" or "57" or "58";

    /// <summary>What the server says.</summary>
    public PostgresException Failure => failure;
}
