using System.Formats.Tar;
using System.Text;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Reads small files out of containers, running or not.</summary>
internal static class ContainerFiles
{
    private const int Links = 8;
    private const int Limit = 1024 * 1024;

    /// <summary>Reads a text file, as secrets lie in them: without the line ends at its end.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="container">The container's name or id.</param>
    /// <param name="path">The full path inside.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ContainerPathNotFound</c>.</exception>
    public static async Task<string> ReadTextAsync(IContainerEngine engine, string container, string path, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Links; i++)
        {
            var (text, link) = await ReadAsync(engine, container, path, cancellationToken).ConfigureAwait(false);
            if (text is not null) return text.TrimEnd('\r', '\n');
            if (link is null) break;
            path = link.StartsWith('/') ? link : path[..(path.LastIndexOf('/') + 1)] + link;
        }

        throw new UpgradeException("ContainerPathNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"'{path}' in the container '{container}' is no file of at most 1 MB.", "Check the setting that names it.");
    }

    private static async Task<(string? Text, string? Link)> ReadAsync(IContainerEngine engine, string container, string path, CancellationToken cancellationToken)
    {
        var archive = await engine.ReadArchiveAsync(container, path, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            var reader = new TarReader(archive);
            await using (reader.ConfigureAwait(false))
            {
                if (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is not { } entry) return (null, null);
                if (entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink) return (null, entry.LinkName);
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile) || entry.Length > Limit) return (null, null);
                if (entry.DataStream is null) return ("", null);
                using var text = new StreamReader(entry.DataStream, Encoding.UTF8);
                return (await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false), null);
            }
        }
    }
}
