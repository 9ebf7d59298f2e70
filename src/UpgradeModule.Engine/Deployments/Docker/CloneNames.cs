namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>The names of what belongs to a clone in an engine. They tell its mark, so that what a killed rehearsal left is found.</summary>
internal static class CloneNames
{
    private const string Prefix = "um-rehearsal-";

    /// <summary>The name of the image of the container whose network it shares, without its tag.</summary>
    public const string NetworkRepository = "um-rehearsal-network";

    /// <summary>The clone's container; those of its swaps begin with it too.</summary>
    /// <param name="mark">Its mark.</param>
    public static string Container(string mark) => Prefix + mark;

    /// <summary>The container whose network it shares.</summary>
    /// <param name="mark">Its mark.</param>
    public static string Network(string mark) => $"{Prefix}{mark}.network";

    /// <summary>The image of that one.</summary>
    /// <param name="mark">Its mark.</param>
    public static string NetworkImage(string mark) => $"{NetworkRepository}:{mark}";

    /// <summary>Reads the mark out of the name of a container or an image.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The mark; <see langword="null"/> where it belongs to no clone.</returns>
    public static string? MarkOf(string name)
    {
        if (name.StartsWith(NetworkRepository + ":", StringComparison.Ordinal)) return name[(NetworkRepository.Length + 1)..];
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var rest = name[Prefix.Length..];
        return rest.IndexOf('.', StringComparison.Ordinal) is > 0 and var end ? rest[..end] : rest;
    }
}
