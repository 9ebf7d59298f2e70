using System.Formats.Tar;
using System.Security.Cryptography;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Databases.Files;

/// <summary>
/// A folder in a container's own file system, reached by the engine's archive API, which serves containers that don't run as well. The API can neither
/// rename nor remove; what it can is to write a file, and to give one a second name.
/// </summary>
/// <param name="engine">The container's engine.</param>
/// <param name="container">The container's name or id.</param>
/// <param name="folder">The full path inside.</param>
internal sealed class ContainedFolder(IContainerEngine engine, string container, string folder)
{
    private const int BlockSize = 1 << 20;

    /// <summary>The container.</summary>
    public string Container => container;

    /// <summary>The full path inside of a file in it.</summary>
    /// <param name="name">The file's name.</param>
    public string PathOf(string name) => folder.TrimEnd('/') + "/" + name;

    /// <summary>Looks at the container.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it runs or is about to, and when it was started last.</returns>
    public async Task<(bool Runs, string StartedAt)> LookAsync(CancellationToken cancellationToken)
    {
        var state = (await engine.InspectContainerAsync(container, cancellationToken).ConfigureAwait(false)).State;
        return (state is null or { Running: true } or { Paused: true } or { Restarting: true }, state?.StartedAt ?? "");
    }

    /// <summary>Looks for a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The file; <see langword="null"/> where there is none of that name.</returns>
    public async Task<ContainerPath?> FindAsync(string name, CancellationToken cancellationToken) =>
        await engine.FindPathAsync(container, PathOf(name), cancellationToken).ConfigureAwait(false) is { IsDirectory: false } found ? found : null;

    /// <summary>Reads the owner, the rights and the time of a file, or of the folder itself.</summary>
    /// <param name="name">The file's name; the folder where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidDataException">It can't be told.</exception>
    public async Task<ContainedMark> MarkAsync(string? name, CancellationToken cancellationToken)
    {
        // Podman gives whatever it hands out to the user that it runs as; only in what it exports, everything belongs to whom it does.
        if ((await engine.GetVersionAsync(cancellationToken).ConfigureAwait(false)).IsPodman) return await ExportedAsync(name is null ? folder : PathOf(name), cancellationToken).ConfigureAwait(false);
        var archive = await engine.ReadArchiveAsync(container, name is null ? folder : PathOf(name), cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            var reader = new TarReader(archive, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                var entry = await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) ?? throw new InvalidDataException("the archive is empty");
                return new ContainedMark(entry.Uid, entry.Gid, entry.Mode, entry.ModificationTime);
            }
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="target">Where its bytes go.</param>
    /// <param name="progress">Told how many bytes are read, and of how many.</param>
    /// <param name="limit">How many bytes are read at most.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The SHA-256 of what was read, in small hexadecimal digits.</returns>
    /// <exception cref="InvalidDataException">It is no plain file.</exception>
    public async Task<string> ReadAsync(string name, Stream target, Action<long, long>? progress, long limit, CancellationToken cancellationToken)
    {
        var archive = await engine.ReadArchiveAsync(container, PathOf(name), cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            var reader = new TarReader(archive, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                var entry = await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
                if (entry is not { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile }) throw new InvalidDataException("it is no plain file");
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var buffer = new byte[BlockSize];
                long done = 0;
                while (entry.DataStream is { } data && done < limit && await data.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
                {
                    await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                    hash.AppendData(buffer, 0, count);
                    progress?.Invoke(done += count, entry.Length);
                    if (progress is null) done += count;
                }

                return done < Math.Min(limit, entry.Length) ? throw new EndOfStreamException("the archive ended early") : Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
            }
        }
    }

    /// <summary>Writes a file. One of that name is replaced, which takes a moment in which there is none, or a part: it is for names that nobody looks at yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its bytes, from a stream that knows its length.</param>
    /// <param name="mark">Its owner, rights and time.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task WriteAsync(string name, Stream content, ContainedMark mark, CancellationToken cancellationToken) => SendAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content }, mark, cancellationToken);

    /// <summary>Gives a file a second name. What had that name loses it, an instant before.</summary>
    /// <param name="name">The second name.</param>
    /// <param name="file">The file's present name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task LinkAsync(string name, string file, CancellationToken cancellationToken) =>
        await SendAsync(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = file }, await MarkAsync(file, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Takes a name from what it belongs to: the file is removed where the container runs and has a program for it, and else left there empty.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task FreeAsync(string name, CancellationToken cancellationToken)
    {
        var mark = await MarkAsync(name, cancellationToken).ConfigureAwait(false);
        await WriteAsync(name, new MemoryStream(), mark with { Modified = DateTimeOffset.UnixEpoch }, cancellationToken).ConfigureAwait(false);
        var (runs, _) = await LookAsync(cancellationToken).ConfigureAwait(false);
        if (runs) await engine.StreamAsync(container, new ExecRequest { Cmd = ["rm", "-f", PathOf(name)], User = "0" }, new ExecStreams(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the names of files in it that the image doesn't have, or has otherwise.</summary>
    /// <param name="start">What the names begin with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<string>> ListAsync(string start, CancellationToken cancellationToken)
    {
        const int Removed = 2;
        var prefix = PathOf(start);
        var changes = await engine.ListChangesAsync(container, cancellationToken).ConfigureAwait(false);
        return [.. changes.Where(change => change.Kind != Removed && change.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(change => change.Path[(folder.TrimEnd('/').Length + 1)..]).Where(name => !name.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private async Task<ContainedMark> ExportedAsync(string path, CancellationToken cancellationToken)
    {
        var archive = await engine.ExportAsync(container, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            var reader = new TarReader(archive, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
                {
                    if (entry.Name.Trim('/') == path.Trim('/')) return new ContainedMark(entry.Uid, entry.Gid, entry.Mode, entry.ModificationTime);
                }
            }
        }

        throw new InvalidDataException($"Podman doesn't tell whose '{path}' is");
    }

    private Task SendAsync(PaxTarEntry entry, ContainedMark mark, CancellationToken cancellationToken)
    {
        (entry.Uid, entry.Gid, entry.Mode, entry.ModificationTime) = (mark.Owner, mark.Group, mark.Mode, mark.Modified);
        return engine.WriteArchiveAsync(container, folder, WriteAsync, cancellationToken);

        async Task WriteAsync(Stream target, CancellationToken token)
        {
            var writer = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
            await using (writer.ConfigureAwait(false)) await writer.WriteEntryAsync(entry, token).ConfigureAwait(false);
        }
    }
}
