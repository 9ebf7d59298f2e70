using System.Text;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>
/// Lets a unit run another Java: by a drop-in with the same command and another program, so that nothing that an administrator or a package wrote
/// is changed. What the drop-in was before a swap is kept beside the kept artifact, because a command line may hold a secret.
/// </summary>
/// <param name="control">Tells systemd.</param>
/// <param name="root">The folder of the machine's own units.</param>
internal sealed class JavaDropIn(UnitControl control, string root = "/etc/systemd/system")
{
    // Late in the order of drop-ins, which is that of their names: what comes after would win.
    private const string FileName = "zz-upgrademodule-java.conf";
    private const string PathKey = "dropIn";
    private const string BeforeName = "java.conf.before";
    private const string NoneName = "java.conf.none";

    /// <summary>Lets a unit run a version's Java. Does nothing where it does already, or the deployment names no Java programs.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="version">The version.</param>
    /// <param name="label">The label of the swap.</param>
    /// <param name="cancellationToken">Ends the work before the file is written.</param>
    /// <returns>What is added to the data of the swap's point.</returns>
    /// <exception cref="UpgradeException"><c>JavaNotFound</c>, <c>UnitInvalid</c>, <c>PermissionMissing</c>.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ApplyAsync(Unit unit, AppVersion version, string label, CancellationToken cancellationToken)
    {
        var path = Path.Combine(root, unit.Id + ".d", FileName);
        var kept = DeploymentFolder.Of(unit.Context).Kept(label);
        var before = Path.Combine(kept, BeforeName);
        var none = Path.Combine(kept, NoneName);
        var changed = new Dictionary<string, string> { [PathKey] = path };
        if (JavaChoice.For(unit.Context, version) is not { } java) return new Dictionary<string, string>();
        var command = Demand(unit);

        // Kept already: this swap was begun before. Whether systemd has read the file since isn't known, and reading it twice is no mistake.
        var begun = File.Exists(before) || File.Exists(none);
        if (command.Path == java && !begun) return new Dictionary<string, string>();
        try
        {
            if (!begun)
            {
                PrivateFiles.CreateDirectory(kept);
                if (File.Exists(path)) await PrivateFiles.WriteAsync(before, await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                else await PrivateFiles.WriteAsync(none, Array.Empty<byte>(), cancellationToken).ConfigureAwait(false);
            }

            await WriteAsync(path, Encoding.UTF8.GetBytes(Text(unit, command.With(java), version)), cancellationToken).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw SystemdErrors.Denied($"write '{path}', by which '{unit.Id}' is to run {java}", null, path, failure);
        }

        WarnOfReload(unit);
        await control.ReloadAsync(unit.Id, CancellationToken.None).ConfigureAwait(false);
        return changed;
    }

    /// <summary>Takes it back: what there was before the swap is there again.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="point">The swap's point.</param>
    /// <param name="cancellationToken">Ends the work before anything is changed.</param>
    public async Task UndoAsync(Unit unit, ReturnPoint point, CancellationToken cancellationToken)
    {
        if (!point.Data.TryGetValue(PathKey, out var path)) return;
        await UndoAsync(unit, path, Path.GetDirectoryName(point.Location)!, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes back what a swap that didn't come to its end has begun.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="label">The label of the swap.</param>
    /// <param name="cancellationToken">Ends the work before anything is changed.</param>
    public Task UndoAsync(Unit unit, string label, CancellationToken cancellationToken) =>
        UndoAsync(unit, Path.Combine(root, unit.Id + ".d", FileName), DeploymentFolder.Of(unit.Context).Kept(label), cancellationToken);

    /// <summary>Drops what was kept; the drop-in itself stays, since the version that runs needs it.</summary>
    /// <param name="point">The swap's point.</param>
    public static void Drop(ReturnPoint point)
    {
        if (!point.Data.ContainsKey(PathKey)) return;
        var kept = Path.GetDirectoryName(point.Location)!;
        if (!Directory.Exists(kept)) return;
        File.Delete(Path.Combine(kept, BeforeName));
        File.Delete(Path.Combine(kept, NoneName));
    }

    /// <summary>Gets the command of a unit that can be given another Java.</summary>
    /// <param name="unit">The unit.</param>
    /// <exception cref="UpgradeException"><c>JavaNotFound</c>: it runs something else than java.</exception>
    public static UnitCommand Demand(Unit unit)
    {
        var command = unit.Definition.Command;
        if (command is not null && unit.Definition.Commands.Count == 1 && JavaChoice.IsJava(command.Path)) return command;
        throw new UpgradeException(
            "JavaNotFound", UpgradeErrorCategory.InvalidOperation, unit.Id,
            $"The unit '{unit.Id}' runs '{command?.Path}' and not java itself, so it can't be given another Java.",
            "Let ExecStart run java, or choose the Java in that program and take the deployment's JavaPath away (Set-AppDeployment -JavaPath @{}).");
    }

    private static string Text(Unit unit, UnitCommand command, AppVersion version) => $"""
        # Written by UpgradeModule: the Java on which version {version} of '{unit.Context.Deployment.Name}' runs. Without this file (and after systemctl
        # daemon-reload) the unit's own ExecStart counts again.
        [Service]
        ExecStart=
        ExecStart={command.ToUnitText()}

        """.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Like the unit itself it is for everybody to read; the secrets of its command line are in the unit too.
        await PrivateFiles.WriteAsync(path, content, cancellationToken).ConfigureAwait(false);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static void WarnOfReload(Unit unit)
    {
        if (unit.State.NeedsReload) unit.Context.Operation.Warning($"The files of '{unit.Id}' had changed since systemd read them; they count from now on.");
    }

    private async Task UndoAsync(Unit unit, string path, string kept, CancellationToken cancellationToken)
    {
        var before = Path.Combine(kept, BeforeName);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (File.Exists(before))
            {
                await WriteAsync(path, await File.ReadAllBytesAsync(before, CancellationToken.None).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            }
            else if (File.Exists(Path.Combine(kept, NoneName)))
            {
                File.Delete(path);
                var folder = Path.GetDirectoryName(path)!;
                if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
            }
            else
            {
                return;
            }
        }
        catch (UnauthorizedAccessException failure)
        {
            throw SystemdErrors.Denied($"change '{path}', by which '{unit.Id}' runs its Java", null, path, failure);
        }

        await control.ReloadAsync(unit.Id, CancellationToken.None).ConfigureAwait(false);
    }
}
