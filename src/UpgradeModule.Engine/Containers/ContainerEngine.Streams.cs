using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Streams;

namespace UpgradeModule.Engine.Containers;

/// <content>What goes into containers and comes out of them.</content>
internal sealed partial class ContainerEngine
{
    private const int KeptLines = 1000;
    private const string PathHeader = "X-Docker-Container-Path-Stat";

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(string container, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var inspect = await InspectContainerAsync(container, cancellationToken).ConfigureAwait(false);
        var since = query.Since is { } from ? (from.ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture) : null;
        var path = $"/containers/{Segment(container)}/logs" + Query(("stdout", "1"), ("stderr", "1"), ("timestamps", "1"), ("follow", query.Follow ? "1" : null), ("tail", query.Tail?.ToString(CultureInfo.InvariantCulture)), ("since", since));
        var stream = await OpenAsync(HttpMethod.Get, container, path, null, "read the log of", cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await foreach (var line in ContainerOutput.ReadAsync(stream, inspect.Config?.Tty != true, stamped: true, cancellationToken).ConfigureAwait(false)) yield return LogTime.Read(line);
        }
    }

    /// <inheritdoc/>
    public async Task<ContainerPath?> FindPathAsync(string container, string path, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Head, $"/containers/{Segment(container)}/archive" + Query(("path", path)), null, null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            // An answer to HEAD has no words.
            await InspectContainerAsync(container, cancellationToken).ConfigureAwait(false);
            return null;
        }

        await RequireAsync(response, container, $"look at '{path}' in the container '{container}'", cancellationToken).ConfigureAwait(false);
        const long DirectoryBit = 1L << 31;
        const long LinkBit = 1L << 27;
        if (!response.Headers.TryGetValues(PathHeader, out var values)) throw EngineErrors.Failed(Address, container, $"look at '{path}' in the container '{container}'", $"the header {PathHeader} is missing");
        var stat = JsonSerializer.Deserialize(Convert.FromBase64String(values.First()), EngineJson.Default.PathAnswer)!;
        return new ContainerPath(stat.Name ?? "", stat.Size, (stat.Mode & DirectoryBit) != 0, stat.Modified, (stat.Mode & LinkBit) != 0 ? stat.LinkTarget : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerChange>> ListChangesAsync(string container, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Get, $"/containers/{Segment(container)}/changes", null, null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound) throw EngineErrors.ContainerNotFound(Address, container);
        await RequireAsync(response, container, $"list what has changed in the container '{container}'", cancellationToken).ConfigureAwait(false);
        // Where nothing has changed, the answer is null.
        var list = await http.ReadAsync(response, EngineJson.Default.JsonElement, cancellationToken).ConfigureAwait(false);
        return list.ValueKind == JsonValueKind.Array ? list.Deserialize(EngineJson.Default.IReadOnlyListContainerChange)! : [];
    }

    /// <inheritdoc/>
    public async Task<Stream> ReadArchiveAsync(string container, string path, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(HttpMethod.Get, $"/containers/{Segment(container)}/archive" + Query(("path", path)), null, null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), http);
        using (response) throw await ArchiveFailureAsync(response, container, path, "read", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Stream> ExportAsync(string container, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(HttpMethod.Get, $"/containers/{Segment(container)}/export", null, null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), http);
        using (response) throw await ArchiveFailureAsync(response, container, "/", "read", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WriteArchiveAsync(string container, string path, Stream archive, CancellationToken cancellationToken)
    {
        using var content = new ArchiveContent(archive);
        await WriteAsync(container, path, content, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WriteArchiveAsync(string container, string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        using var content = new ArchiveContent(write);
        await WriteAsync(container, path, content, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ContainerOutcome> ExecuteAsync(string container, ExecRequest request, IProgress<LogLine>? output, CancellationToken cancellationToken)
    {
        var id = await CreateExecAsync(container, request, input: false, cancellationToken).ConfigureAwait(false);
        var stream = await OpenAsync(HttpMethod.Post, container, $"/exec/{id}/start", ExecStart(), "run a command in", cancellationToken).ConfigureAwait(false);
        IReadOnlyList<LogLine> lines;
        await using (stream.ConfigureAwait(false)) lines = await DrainAsync(stream, output, cancellationToken).ConfigureAwait(false);
        return new ContainerOutcome(await ExitOfAsync(container, id, cancellationToken).ConfigureAwait(false), lines);
    }

    /// <inheritdoc/>
    public async Task<ContainerOutcome> RunAsync(ContainerCreateRequest request, IProgress<LogLine>? output, CancellationToken cancellationToken)
    {
        var once = request with
        {
            Config = request.Config with { AttachStdout = true, AttachStderr = true, Tty = false },
            HostConfig = request.HostConfig with { AutoRemove = false, RestartPolicy = new RestartPolicy { Name = "no" } },
        };
        var created = await CreateContainerAsync(once, cancellationToken).ConfigureAwait(false);
        try
        {
            // Attached before it starts, so that nothing is missed and any log driver will do.
            var stream = await OpenAsync(HttpMethod.Post, created.Id, $"/containers/{created.Id}/attach" + Query(("stream", "1"), ("stdout", "1"), ("stderr", "1")), null, "attach to", cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await StartContainerAsync(created.Id, cancellationToken).ConfigureAwait(false);
                var lines = await DrainAsync(stream, output, cancellationToken).ConfigureAwait(false);
                return new ContainerOutcome(await WaitContainerAsync(created.Id, cancellationToken).ConfigureAwait(false), lines);
            }
        }
        finally
        {
            await RemoveQuietlyAsync(created.Id).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(string container, string path, ArchiveContent content, CancellationToken cancellationToken)
    {
        // Podman makes the folder, and Docker breaks the connection off while it is being sent to.
        if (await FindPathAsync(container, path, cancellationToken).ConfigureAwait(false) is null) throw EngineErrors.ContainerPathNotFound(container, path);
        using var response = await http.SendAsync(HttpMethod.Put, $"/containers/{Segment(container)}/archive" + Query(("path", path)), content, null, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw await ArchiveFailureAsync(response, container, path, "write", cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<LogLine>> DrainAsync(Stream stream, IProgress<LogLine>? output, CancellationToken cancellationToken)
    {
        var kept = new Queue<LogLine>();
        await foreach (var line in ContainerOutput.ReadAsync(stream, framed: true, stamped: false, cancellationToken).ConfigureAwait(false))
        {
            if (kept.Count == KeptLines) kept.Dequeue();
            kept.Enqueue(line);
            output?.Report(line);
        }

        return [.. kept];
    }

    private async Task<Stream> OpenAsync(HttpMethod method, string container, string path, HttpContent? content, string what, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(method, path, content, null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), http);
        using (response) throw ActFailure(container, what, response.StatusCode, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false));
    }

    // The output ends a moment before the engine knows the exit code.
    private async Task<int> ExitOfAsync(string container, string id, CancellationToken cancellationToken)
    {
        for (var wait = 0; ; wait = Math.Min(wait * 2 + 10, 1000))
        {
            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
            var exec = await FindAsync($"/exec/{id}/json", container, "tell how a command ended", EngineJson.Default.ExecAnswer, cancellationToken).ConfigureAwait(false)
                ?? throw EngineErrors.Failed(Address, container, "tell how a command ended", "it has forgotten the command");
            if (!exec.Running && exec.ExitCode is { } code) return code;
        }
    }

    private async Task<UpgradeException> ArchiveFailureAsync(HttpResponseMessage response, string container, string path, string what, CancellationToken cancellationToken)
    {
        var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
        if (IsMissing(response.StatusCode, says)) return EngineErrors.ContainerNotFound(Address, container);
        return response.StatusCode == HttpStatusCode.NotFound
            ? EngineErrors.ContainerPathNotFound(container, path)
            : EngineErrors.Failed(Address, container, $"{what} '{path}' of the container '{container}'", says, (int)response.StatusCode);
    }
}
