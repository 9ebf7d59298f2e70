using System.ComponentModel;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Reads the version that an artifact tells of itself: from an entry of a zip or JAR file, without Java, by asking it, or from its own text.</summary>
internal static class EmbeddedVersion
{
    private const int TextFileBusy = 26;
    private const int TextLimit = 64 * 1024;
    private static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);
    private static readonly string[] Environment = ["PATH", "HOME", "LANG", "TMPDIR", "TMP", "TEMP", "SystemRoot", "USERPROFILE", "LOCALAPPDATA", "JAVA_HOME", "DOTNET_ROOT"];

    /// <summary>Reads it. A program that must be asked and isn't executable is not asked: it may be any file.</summary>
    /// <param name="spec">How.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The version; <see langword="null"/> where it tells none.</returns>
    public static async Task<AppVersion?> ReadAsync(EmbeddedVersionSpec? spec, string path, CancellationToken cancellationToken)
    {
        if (spec is null) return null;
        var text = spec.ZipEntry is { Length: > 0 } entry ? await ReadEntryAsync(path, entry, cancellationToken).ConfigureAwait(false)
            : spec.Command.Count > 0 ? await AskAsync(spec.Command, path, cancellationToken).ConfigureAwait(false)
            : await ReadTextAsync(path, cancellationToken).ConfigureAwait(false);
        if (text is null) return null;
        try
        {
            var match = Regex.Match(text, spec.Pattern, RegexOptions.CultureInvariant | RegexOptions.Multiline, PatternTime);
            return match.Success && AppVersion.TryParse(match.Groups["version"].Value, out var version) ? version : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Makes a file executable, where its version can be read in no other way.</summary>
    /// <param name="spec">How its version is read.</param>
    /// <param name="path">The file, which is the module's own copy.</param>
    public static void Prepare(EmbeddedVersionSpec? spec, string path)
    {
        if (OperatingSystem.IsWindows() || spec is not { Command: ["{artifact}", ..] }) return;
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
    }

    private static async Task<string?> ReadEntryAsync(string path, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            if (archive.GetEntry(name) is not { } entry) return null;
            using var reader = new StreamReader(entry.Open());
            return await BeginningAsync(reader, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static async Task<string> ReadTextAsync(string path, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(path);
        return await BeginningAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> BeginningAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new char[TextLimit];
        return new string(text, 0, await reader.ReadBlockAsync(text, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<string?> AskAsync(IReadOnlyList<string> command, string path, CancellationToken cancellationToken)
    {
        var arguments = command.Select(part => part.Replace("{artifact}", path, StringComparison.Ordinal)).ToList();
        if (command[0] == "{artifact}" && !IsExecutable(path)) return null;
        var start = new ProcessStartInfo(arguments[0], arguments.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var name in start.Environment.Keys.Except(Environment, StringComparer.OrdinalIgnoreCase).ToList()) start.Environment.Remove(name);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CommandTime);
        using var process = new Process { StartInfo = start };
        if (!await TryStartAsync(process, limit.Token).ConfigureAwait(false)) return null;

        try
        {
            process.StandardInput.Close();
            var complaints = DrainAsync(process.StandardError, limit.Token);
            var said = await DrainAsync(process.StandardOutput, limit.Token).ConfigureAwait(false);
            _ = await complaints.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? said : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static async Task<bool> TryStartAsync(Process process, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return process.Start();
            }
            catch (Win32Exception failure) when (failure.NativeErrorCode == TextFileBusy && attempt < 20)
            {
                // Another thread that starts a program at this moment holds what was open here for an instant, a file just written too.
                await Task.Delay(10, cancellationToken).ConfigureAwait(false);
            }
            catch (Win32Exception)
            {
                return false;
            }
        }
    }

    private static bool IsExecutable(string path) => OperatingSystem.IsWindows()
        ? ".exe".Equals(Path.GetExtension(path), StringComparison.OrdinalIgnoreCase)
        : (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;

    private static async Task<string> DrainAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var block = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (text.Length < TextLimit) text.Append(block, 0, read);
        }

        return text.ToString();
    }
}
