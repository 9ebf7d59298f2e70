using System.Text.Json;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Streams;

namespace UpgradeModule.Engine.Containers;

/// <content>Commands in containers whose input and output are streams.</content>
internal sealed partial class ContainerEngine
{
    /// <inheritdoc/>
    public async Task<int> StreamAsync(string container, ExecRequest request, ExecStreams streams, CancellationToken cancellationToken)
    {
        var id = await CreateExecAsync(container, request, input: true, cancellationToken).ConfigureAwait(false);
        using (var connection = await http.UpgradeAsync($"/exec/{id}/start", ExecStart(), cancellationToken).ConfigureAwait(false))
        {
            await TalkAsync(connection, streams, cancellationToken).ConfigureAwait(false);
        }

        return await ExitOfAsync(container, id, cancellationToken).ConfigureAwait(false);
    }

    private static StringContent ExecStart() => Body(new JsonObject { ["Detach"] = false, ["Tty"] = false });

    private async Task<string> CreateExecAsync(string container, ExecRequest request, bool input, CancellationToken cancellationToken)
    {
        var body = (JsonObject)JsonSerializer.SerializeToNode(request, EngineJson.Default.ExecRequest)!;
        if (input) body["AttachStdin"] = true;
        body["AttachStdout"] = true;
        body["AttachStderr"] = true;
        using var response = await http.SendAsync(HttpMethod.Post, $"/containers/{Segment(container)}/exec", Body(body), null, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw ActFailure(container, "run a command in", response.StatusCode, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false));
        return (await http.ReadAsync(response, EngineJson.Default.ExecAnswer, cancellationToken).ConfigureAwait(false)).Id ?? "";
    }

    private async Task TalkAsync(UpgradedConnection connection, ExecStreams streams, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var wrote = false;
        var input = streams.Input is null ? Task.CompletedTask : WriteInputAsync(connection, streams.Input, () => Volatile.Write(ref wrote, true), over.Token);
        var output = ReadOutputAsync(connection, streams, () => streams.Input is not null && !Volatile.Read(ref wrote), stop.Token);
        try
        {
            // What fails first is what is told, and it ends the other at once.
            await (await Task.WhenAny(output, input).ConfigureAwait(false)).ConfigureAwait(false);
            // Once the command has closed its output, it reads no more.
            if (output.IsCompletedSuccessfully) await over.CancelAsync().ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await input.ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            connection.Dispose();
            await Task.WhenAll(output, input).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReadOutputAsync(UpgradedConnection connection, ExecStreams streams, Func<bool> isWriting, CancellationToken cancellationToken)
    {
        var output = new CommandOutput(connection.Stream, http, streams.OnError, isWriting);
        await using (output.ConfigureAwait(false))
        {
            if (streams.Output is not null) await streams.Output(output, cancellationToken).ConfigureAwait(false);
            // Read to the end in any case: there the command's error output ends, too.
            await output.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteInputAsync(UpgradedConnection connection, Func<Stream, CancellationToken, Task> write, Action wrote, CancellationToken cancellationToken)
    {
        try
        {
            var input = new CommandInput(connection.Stream);
            await using (input.ConfigureAwait(false)) await write(input, cancellationToken).ConfigureAwait(false);
            wrote();
            await connection.EndInputAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is InputEndedException or OperationCanceledException)
        {
            // It has ended, or been given up; how it ended is told elsewhere.
        }
    }
}
