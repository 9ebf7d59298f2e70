using System.Net;
using System.Net.Http.Headers;

namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>A tar archive as the body of a request. The caller's stream is read to its end and stays open.</summary>
internal sealed class ArchiveContent : HttpContent
{
    private readonly Stream _archive;

    /// <summary>Makes one.</summary>
    /// <param name="archive">The archive.</param>
    public ArchiveContent(Stream archive)
    {
        _archive = archive;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _archive.CopyToAsync(stream);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _archive.CopyToAsync(stream, cancellationToken);

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _archive.CanSeek ? _archive.Length - _archive.Position : 0;
        return _archive.CanSeek;
    }
}
