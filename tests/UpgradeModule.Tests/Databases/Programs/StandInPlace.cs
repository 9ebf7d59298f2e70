using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Tests.Databases.Programs;

/// <summary>This machine with some programs only, which may be stand-ins, and with input that can be cut where a word comes by.</summary>
internal sealed class StandInPlace(IReadOnlyDictionary<string, string> programs) : IProgramPlace
{
    private readonly LocalPrograms _local = new();

    /// <summary>The word at which the input of a program is cut off, and the session with it.</summary>
    public string? CutAt { get; init; }

    public string Description => "a place of the test";

    public bool IsContainer => false;

    public Task<IReadOnlyList<string>> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>(programs.TryGetValue(name, out var path) ? [path] : []);

    public Task<(string Host, int Port)> AddressAsync(DatabaseTarget target, int usualPort, CancellationToken cancellationToken) => _local.AddressAsync(target, usualPort, cancellationToken);

    public Task<ProgramOutcome> RunAsync(ProgramRequest request, CancellationToken cancellationToken) => _local.RunAsync(CutAt is null || request.Input is null ? request : request with { Input = (stream, stop) => request.Input(new CutStream(stream, CutAt), stop) }, cancellationToken);

    private sealed class CutStream(Stream inner, string word) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (System.Text.Encoding.UTF8.GetString(buffer.Span).Contains(word, StringComparison.Ordinal)) throw new InvalidOperationException("cut at " + word);
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
