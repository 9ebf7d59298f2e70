using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Readiness.Probing;

/// <summary>Asks a Java which version it is.</summary>
internal static partial class JavaVersion
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Asks.</summary>
    /// <param name="command">The program.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The version, Java 8's as 8; <see langword="null"/> where there is none.</returns>
    public static async Task<AppVersion?> ReadAsync(string command, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, "-version") { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false, CreateNoWindow = true });
            if (process is null) return null;
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var text = await process.StandardError.ReadToEndAsync(limit.Token).ConfigureAwait(false) + await output.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return Parse(text);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Reads the version from what <c>java -version</c> prints: <c>openjdk version "21.0.4"</c>, <c>java version "1.8.0_392"</c>.</summary>
    /// <param name="text">The text.</param>
    public static AppVersion? Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success) return null;
        var version = match.Groups["version"].Value;
        if (version.StartsWith("1.", StringComparison.Ordinal)) version = version[2..];
        return AppVersion.TryParse(version, out var parsed) ? parsed : null;
    }

    [GeneratedRegex("version \"(?<version>\\d+(\\.\\d+)*)", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
