using System.Security.Cryptography;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.H2.Store;

namespace UpgradeModule.Engine.Databases.H2.Contained;

/// <summary>A database file in a container's own file system: what can be read of it, and whether anybody may have it open.</summary>
/// <param name="engine">The container's engine.</param>
/// <param name="container">The container.</param>
/// <param name="path">The file's full path inside.</param>
internal sealed class H2ContainedFile(IContainerEngine engine, string container, string path)
{
    private const int HeaderSize = 8192;
    private const int Tries = 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    /// <summary>The full path inside.</summary>
    public string FullPath => path;

    /// <summary>The file's name.</summary>
    public string Name { get; } = path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Its folder.</summary>
    public ContainedFolder Folder { get; } = new(engine, container, path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/");

    /// <summary>Looks for it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>DatabaseNotFound</c>.</exception>
    public async Task<ContainerPath> RequireAsync(CancellationToken cancellationToken) =>
        await Folder.FindAsync(Name, cancellationToken).ConfigureAwait(false) ?? throw new UpgradeException(
            "DatabaseNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"There is no database file '{path}' in the container '{container}'.", "Check the application's settings in the container; where it has never run yet, start it once.");

    /// <summary>Reads its format.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>DatabaseCorrupt</c>.</exception>
    public async Task<H2Format> FormatAsync(CancellationToken cancellationToken)
    {
        using var header = new MemoryStream();
        await Folder.ReadAsync(Name, header, null, HeaderSize, cancellationToken).ConfigureAwait(false);
        return H2Format.Of(header) ?? throw H2Errors.Damaged(path, header.Length == 0 ? "it is empty" : "its header is not one of H2's, or is damaged");
    }

    /// <summary>Makes sure that nobody has it open: its own container is the only one that can, and doesn't run.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the container was started last: as long as that stays, it has not run in between.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>.</exception>
    public async Task<string> RequireStoppedAsync(CancellationToken cancellationToken)
    {
        var (runs, started) = await Folder.LookAsync(cancellationToken).ConfigureAwait(false);
        if (runs) throw H2Errors.ContainerRuns(path, container);
        var lockName = H2File.DatabaseName(Name) + ".lock.db";
        if (await Folder.FindAsync(lockName, cancellationToken).ConfigureAwait(false) is not null) throw H2Errors.LockFile(path, Folder.PathOf(lockName));
        return started;
    }

    /// <summary>Makes sure that nobody has had it open since.</summary>
    /// <param name="started">What <see cref="RequireStoppedAsync"/> told.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>.</exception>
    public async Task RequireUntouchedAsync(string started, CancellationToken cancellationToken)
    {
        if (await RequireStoppedAsync(cancellationToken).ConfigureAwait(false) != started) throw H2Errors.ContainerRuns(path, container);
    }

    /// <summary>Copies it out of the stopped container.</summary>
    /// <param name="target">The copy; it must not exist. It is brought to disk.</param>
    /// <param name="progress">Told how many bytes are copied, and of how many.</param>
    /// <param name="cancellationToken">Ends the work; the copy is removed.</param>
    /// <returns>The SHA-256 of the copy in small hexadecimal digits, and the moment in UTC.</returns>
    public async Task<(string Digest, DateTimeOffset Moment)> CopyAsync(string target, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var started = await RequireStoppedAsync(cancellationToken).ConfigureAwait(false);
        var before = await RequireAsync(cancellationToken).ConfigureAwait(false);
        var moment = DateTimeOffset.UtcNow;
        try
        {
            string digest;
            var copy = DurableFile.CreatePrivate(target);
            await using (copy.ConfigureAwait(false))
            {
                digest = await Folder.ReadAsync(Name, copy, progress, long.MaxValue, cancellationToken).ConfigureAwait(false);
                copy.Flush(flushToDisk: true);
            }

            // Whoever started it meanwhile may have written, and 'docker cp' needs nobody to run.
            await RequireUntouchedAsync(started, cancellationToken).ConfigureAwait(false);
            if (await RequireAsync(cancellationToken).ConfigureAwait(false) != before) throw H2Errors.ContainerRuns(path, container);
            return (digest, moment);
        }
        catch
        {
            DurableFile.Remove(target);
            throw;
        }
    }

    /// <summary>Copies it to look at what is in it, although the application may have it open: it is read until two readings are the same.</summary>
    /// <param name="target">The copy; it must not exist.</param>
    /// <param name="cancellationToken">Ends the work; the copy is removed.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>: it was written all the time.</exception>
    public async Task LookAsync(string target, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (attempt > 0) await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
            try
            {
                string first;
                var copy = DurableFile.CreatePrivate(target);
                await using (copy.ConfigureAwait(false)) first = await Folder.ReadAsync(Name, copy, null, long.MaxValue, cancellationToken).ConfigureAwait(false);
                if (await Folder.ReadAsync(Name, Stream.Null, null, long.MaxValue, cancellationToken).ConfigureAwait(false) == first) return;
            }
            catch (EndOfStreamException)
            {
                // An archive tells the length first: a file that shrinks meanwhile breaks it off.
            }
            catch
            {
                DurableFile.Remove(target);
                throw;
            }

            DurableFile.Remove(target);
        }

        throw H2Errors.ContainerRuns(path, container);
    }

    /// <summary>Tells the SHA-256 of a file beside it, or of it.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<string> DigestAsync(string name, CancellationToken cancellationToken) => Folder.ReadAsync(name, Stream.Null, null, long.MaxValue, cancellationToken);

    /// <summary>Tells the SHA-256 of a file of this machine.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<string> DigestOfAsync(string file, CancellationToken cancellationToken)
    {
        var stream = H2File.Open(file);
        await using (stream.ConfigureAwait(false)) return Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).ToLowerInvariant();
    }
}
