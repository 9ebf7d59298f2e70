using System.Net;
using System.Net.Http.Headers;

namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>A tar archive as the body of a request.</summary>
internal sealed class ArchiveContent : HttpContent
{
    private readonly Func<Stream, CancellationToken, Task> _write;
    private readonly Stream? _archive;

    /// <summary>Makes one of an archive that is there. The caller's stream is read to its end and stays open.</summary>
    /// <param name="archive">The archive.</param>
    public ArchiveContent(Stream archive)
        : this(archive.CopyToAsync) => _archive = archive;

    /// <summary>Makes one of an archive that is made while it is sent.</summary>
    /// <param name="write">Writes it.</param>
    public ArchiveContent(Func<Stream, CancellationToken, Task> write)
    {
        _write = write;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _write(stream, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _write(stream, cancellationToken);

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _archive is { CanSeek: true } ? _archive.Length - _archive.Position : 0;
        return _archive is { CanSeek: true };
    }
}
