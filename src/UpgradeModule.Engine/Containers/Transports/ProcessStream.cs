using System.Diagnostics;
using System.Text;

namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>A program's input and output as one stream. Where it ends before it has said anything, reading tells why.</summary>
internal sealed class ProcessStream : Stream
{
    private const int KeptCharacters = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Func<int?, string, UpgradeException> _explain;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Task<string> _complaint;
    private bool _spoke;
    private bool _disposed;

    /// <summary>Takes a program that was started; it ends with the stream.</summary>
    /// <param name="process">The program, all its streams redirected.</param>
    /// <param name="explain">Makes a failure of its exit code and its error output.</param>
    public ProcessStream(Process process, Func<int?, string, UpgradeException> explain)
    {
        _process = process;
        _explain = explain;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _complaint = ComplaintAsync(process.StandardError);
    }

    /// <summary>Tells the program that nothing more comes.</summary>
    public void EndInput() => _input.Dispose();

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0 && buffer.Length > 0 && !_spoke) throw await FailureAsync().ConfigureAwait(false);
        _spoke |= count > 0;
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _input.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            await _input.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (!_spoke)
        {
            throw await FailureAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _input.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _output.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        _input.Write(buffer, offset, count);
        _input.Flush();
    }

    /// <inheritdoc/>
    public override void Flush() => _input.Flush();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            try
            {
                // Killed first: a pipe that is being read is not closed under the reader everywhere.
                if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It ended by itself in between.
            }

            _process.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<UpgradeException> FailureAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return _explain(_process.ExitCode, (await _complaint.WaitAsync(limit.Token).ConfigureAwait(false)).Trim());
        }
        catch (Exception failure) when (failure is OperationCanceledException or InvalidOperationException)
        {
            return _explain(null, "");
        }
    }

    private static async Task<string> ComplaintAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (text.Length < KeptCharacters) text.Append(text.Length > 0 ? " " : "").Append(line.Trim());
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The program was killed; nobody asks for its complaint then.
        }

        return text.ToString();
    }
}
