using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Writes the artifact-to-be beside the installed one, ready for the rename: flushed, with mode and owner of the installed one.</summary>
internal static class ArtifactCopy
{
    /// <summary>Copies a file beside the installed one.</summary>
    /// <param name="source">The file.</param>
    /// <param name="installed">The installed one.</param>
    /// <param name="label">Tells this copy from others.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <returns>The copy's path.</returns>
    /// <exception cref="UpgradeException"><c>DiskFull</c>.</exception>
    public static async Task<string> WriteBesideAsync(string source, string installed, string label, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(installed)!;
        var partial = Path.Combine(folder, $".{Path.GetFileName(installed)}.{Guid.NewGuid():N}.new");
        foreach (var left in Directory.EnumerateFiles(folder, $".{Path.GetFileName(installed)}.*.new")) File.Delete(left);
        DiskSpace.Demand(folder, new FileInfo(source).Length, $"the artifact ({label})");
        try
        {
            // A copy and no second name: what later writes into the installed file in place must not reach the one that it came from. The file
            // system shares the blocks where it can.
            await Task.Run(() => File.Copy(source, partial), cancellationToken).ConfigureAwait(false);
            PrivateFiles.FlushFile(partial);
            cancellationToken.ThrowIfCancellationRequested();
            if (!OperatingSystem.IsWindows()) await TakeOverRightsAsync(installed, partial, cancellationToken).ConfigureAwait(false);
            return partial;
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static async Task TakeOverRightsAsync(string installed, string partial, CancellationToken cancellationToken)
    {
        // Only root can give a file away; anybody else owns the copy already or could not replace the file.
        if (Environment.IsPrivilegedProcess)
        {
            var owner = await RunAsync("stat", ["-c", "%u:%g", installed], cancellationToken).ConfigureAwait(false);
            if (owner is not null) await RunAsync("chown", [owner, partial], cancellationToken).ConfigureAwait(false);
        }

        File.SetUnixFileMode(partial, File.GetUnixFileMode(installed));
    }

    private static async Task<string?> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false })!;
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            var complaint = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0 ? output.Trim() : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{program} failed with exit code {process.ExitCode}: {complaint.Trim()}"));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
