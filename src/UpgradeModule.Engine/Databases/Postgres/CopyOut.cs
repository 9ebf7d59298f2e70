using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>The rows that a COPY sends, as the server writes them.</summary>
/// <param name="stream">The driver's stream.</param>
internal sealed class CopyOut(Stream stream) : IAsyncDisposable
{
    /// <summary>The bytes.</summary>
    public Stream Stream => stream;

    /// <summary>How many rows the server says it has sent; <see langword="null"/> before their end, and where it isn't known.</summary>
    public long? Told => (stream as WireCopyStream)?.Told;

    /// <summary>Whether they were read to their end.</summary>
    public bool Ended { get; set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // Without this the driver would read what is left to its end, which may take hours.
            if (!Ended && stream is NpgsqlRawCopyStream raw) await raw.CancelAsync().ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (!Ended && failure is NpgsqlException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // The session is of no more use, and what led here is told.
        }
    }
}
