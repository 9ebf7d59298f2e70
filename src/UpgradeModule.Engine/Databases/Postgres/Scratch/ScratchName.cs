namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>Names of scratch databases, which tell the process that made them, so that those of dead ones can be dropped.</summary>
internal static class ScratchName
{
    private const string Start = "um_scratch_";

    /// <summary>The pattern that all of them match, for LIKE.</summary>
    public const string Pattern = "um\\_scratch\\_%";

    /// <summary>Makes a name.</summary>
    public static string Make() => Start + ProcessMark.Make();

    /// <summary>Tells whether a name is one of this machine whose process is no more.</summary>
    /// <param name="name">The name.</param>
    public static bool IsStale(string name) => name.StartsWith(Start, StringComparison.Ordinal) && ProcessMark.IsStale(name[Start.Length..]);
}
