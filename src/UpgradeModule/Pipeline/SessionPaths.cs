using System.Management.Automation;

namespace UpgradeModule.Pipeline;

/// <summary>Makes file system paths of what a person types.</summary>
internal static class SessionPaths
{
    /// <summary>Makes a full path; wildcard characters are taken as they are written, and it need not exist.</summary>
    /// <param name="paths">The session's paths.</param>
    /// <param name="path">The path.</param>
    /// <exception cref="UpgradeException"><c>PathNotSupported</c>: it is no path of a file system.</exception>
    public static string Full(PathIntrinsics paths, string path)
    {
        try
        {
            var full = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            Check(provider, path);
            return full;
        }
        catch (Exception exception) when (exception is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or NotSupportedException)
        {
            throw NotSupported(path, exception.Message, exception);
        }
    }

    /// <summary>Finds the files that a path with wildcards names.</summary>
    /// <param name="paths">The session's paths.</param>
    /// <param name="path">The path.</param>
    /// <exception cref="UpgradeException"><c>PathNotFound</c>, <c>PathNotSupported</c>.</exception>
    public static IReadOnlyList<string> Find(PathIntrinsics paths, string path)
    {
        try
        {
            var found = paths.GetResolvedProviderPathFromPSPath(path, out var provider);
            Check(provider, path);
            return [.. found];
        }
        catch (ItemNotFoundException exception)
        {
            throw new UpgradeException("PathNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"There is no '{path}'.", "Check the path; a relative one starts at the session's location.", exception);
        }
        catch (Exception exception) when (exception is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or NotSupportedException)
        {
            throw NotSupported(path, exception.Message, exception);
        }
    }

    /// <summary>Takes an application's name as it is, and makes a full path of what looks like a definition's path.</summary>
    /// <param name="paths">The session's paths.</param>
    /// <param name="app">The name or path.</param>
    public static string App(PathIntrinsics paths, string app) =>
        app.Contains('/', StringComparison.Ordinal) || app.Contains('\\', StringComparison.Ordinal) || app.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? Full(paths, app)
            : app;

    /// <summary>Takes an address as it is, and makes a full path of anything else.</summary>
    /// <param name="paths">The session's paths.</param>
    /// <param name="text">The path or address.</param>
    public static string PathOrAddress(PathIntrinsics paths, string text) => text.Contains("://", StringComparison.Ordinal) ? text : Full(paths, text);

    private static void Check(ProviderInfo provider, string path)
    {
        if (!string.Equals(provider.Name, "FileSystem", StringComparison.Ordinal)) throw NotSupported(path, $"It belongs to the provider {provider.Name}.", null);
    }

    private static UpgradeException NotSupported(string path, string reason, Exception? cause) =>
        new("PathNotSupported", UpgradeErrorCategory.InvalidArgument, path, $"'{path}' is no path of a file system. {reason}", "Give a path of a file system.", cause);
}
