using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>Writes the artifact-to-be beside the installed one, ready for the rename: flushed, with mode and owner of the installed one.</summary>
internal static class ArtifactCopy
{
    /// <summary>Is there where SELinux is.</summary>
    private const string SecurityModule = "/sys/fs/selinux";

    /// <summary>Copies a file beside the installed one.</summary>
    /// <param name="source">The file.</param>
    /// <param name="installed">The installed one.</param>
    /// <param name="label">Tells this copy from others.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <returns>The copy's path.</returns>
    /// <exception cref="UpgradeException"><c>DiskFull</c>.</exception>
    public static async Task<string> WriteBesideAsync(string source, string installed, string label, CancellationToken cancellationToken)
    {
        var partial = FreshName(installed);
        DiskSpace.Demand(Path.GetDirectoryName(installed)!, new FileInfo(source).Length, $"the artifact ({label})");
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

    /// <summary>Gives a file a second name beside the installed one, which takes no room.</summary>
    /// <param name="source">The file.</param>
    /// <param name="installed">The installed one.</param>
    /// <returns>The second name; <see langword="null"/> where the system refuses it.</returns>
    public static string? TryLinkBeside(string source, string installed)
    {
        var link = FreshName(installed);
        return HardLink.TryCreate(source, link) ? link : null;
    }

    /// <summary>Gives a file the mode and owner of the installed one, as far as this user may.</summary>
    /// <param name="installed">The installed one.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task GiveRightsAsync(string installed, string file, CancellationToken cancellationToken) =>
        OperatingSystem.IsWindows() ? Task.CompletedTask : TakeOverRightsAsync(installed, file, cancellationToken);

    /// <summary>What copies that were cut short have left beside a file.</summary>
    /// <param name="installed">The file.</param>
    public static IReadOnlyList<string> Leftovers(string installed) => Directory.GetFiles(Path.GetDirectoryName(installed)!, $".{Path.GetFileName(installed)}.*.new");

    private static string FreshName(string installed)
    {
        foreach (var left in Leftovers(installed)) File.Delete(left);
        return Path.Combine(Path.GetDirectoryName(installed)!, $".{Path.GetFileName(installed)}.{Guid.NewGuid():N}.new");
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static async Task TakeOverRightsAsync(string installed, string partial, CancellationToken cancellationToken)
    {
        // Only root can give a file away; anybody else owns the copy already or could not replace the file. A group that one belongs to can be given.
        var owner = await RunAsync("stat", ["-c", "%u:%g", installed], cancellationToken).ConfigureAwait(false);
        if (owner is not null && Environment.IsPrivilegedProcess) await RunAsync("chown", [owner, partial], cancellationToken).ConfigureAwait(false);
        else if (owner is not null && await RunAsync("stat", ["-c", "%u:%g", partial], cancellationToken).ConfigureAwait(false) is { } copy && Group(copy) != Group(owner)) await TryAsync("chgrp", [Group(owner), partial], cancellationToken).ConfigureAwait(false);

        // After the owner: changing that takes set-user bits away.
        File.SetUnixFileMode(partial, File.GetUnixFileMode(installed));

        // A label that an administrator gave it is no default of its folder.
        if (Directory.Exists(SecurityModule)) await TryAsync("chcon", ["--reference=" + installed, partial], cancellationToken).ConfigureAwait(false);
    }

    private static string Group(string owner) => owner[(owner.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static async Task TryAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(program, arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A file system without labels, a group of others: what is there is what could be had.
        }
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
