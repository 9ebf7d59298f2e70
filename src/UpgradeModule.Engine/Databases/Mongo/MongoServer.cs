using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>A MongoDB server with the application's database on it, spoken with by its own shell.</summary>
/// <param name="access">The database and its log-ins.</param>
/// <param name="places">Where the programs are.</param>
internal sealed class MongoServer(DatabaseAccess access, ProgramPlaces places) : IAsyncDisposable
{
    private const string Admin = "admin";

    /// <summary>Whether there is a server at all.</summary>
    public bool IsKnown => access.Target.Server is { Length: > 0 } || access.Target.Container is { Length: > 0 };

    /// <summary>The live database.</summary>
    public string Name { get; } = access.Target.Name ?? "test";

    /// <summary>The programs.</summary>
    public MongoTools Tools { get; } = new(places);

    /// <summary>The application's log-in, or the one for maintenance where that was given: it sees and may more.</summary>
    public MongoLogIn LogIn { get; } = new(
        access.Target with { Name = access.Target.Name ?? "test" },
        access.Maintenance ?? access.Credential,
        access.Maintenance is not null ? access.Target.MaintenanceDatabase ?? Admin : access.Target.AuthenticationDatabase ?? Admin);

    /// <summary>Has the shell do some work.</summary>
    /// <param name="work">The work's name in the script.</param>
    /// <param name="input">What it needs besides.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="MongoFailure">The server or the shell says no.</exception>
    public async Task<JsonNode?> AskAsync(string work, JsonObject input, CancellationToken cancellationToken)
    {
        var (place, program) = await Tools.ShellAsync(cancellationToken).ConfigureAwait(false);
        var (host, port) = await place.AddressAsync(access.Target, MongoLogIn.UsualPort, cancellationToken).ConfigureAwait(false);
        input["work"] = work;
        input["name"] = Name;
        input["address"] = LogIn.Address(host, port, direct: !place.IsContainer);
        var output = new MemoryStream();
        var request = new ProgramRequest
        {
            Program = program,
            Arguments = ["--nodb", "--quiet", "--norc", ProgramRequest.PrivatePath],
            Private = MongoScript.Of(input.ToJsonString()),
            PrivateSuffix = ".js",
            Secrets = [LogIn.Credential?.Reveal() ?? "", Uri.EscapeDataString(LogIn.Credential?.Reveal() ?? "")],
            Output = (stream, stop) => stream.CopyToAsync(output, stop),
        };
        var outcome = await place.RunAsync(request, cancellationToken).ConfigureAwait(false);
        foreach (var line in Encoding.UTF8.GetString(output.ToArray()).Split('\n'))
        {
            if (line.StartsWith(MongoScript.Answer, StringComparison.Ordinal)) return Read(line[MongoScript.Answer.Length..])["answer"];
            if (!line.StartsWith(MongoScript.Failure, StringComparison.Ordinal)) continue;
            var failure = Read(line[MongoScript.Failure.Length..]);
            throw new MongoFailure((int)(failure["code"]?.GetValue<double>() ?? 0), Clean(failure["message"]?.GetValue<string>() ?? ""));
        }

        throw new MongoFailure(0, $"{program} gave no answer: {outcome.Complaint}");
    }

    /// <summary>Runs mongodump or mongorestore.</summary>
    /// <param name="name">Which.</param>
    /// <param name="arguments">What it is to do; never a secret.</param>
    /// <param name="input">Writes its input.</param>
    /// <param name="output">Reads its output.</param>
    /// <param name="onError">Told each line that it tells of itself.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The program and its version.</returns>
    /// <exception cref="MongoFailure">It failed.</exception>
    public async Task<(string Program, string Version)> RunAsync(string name, IReadOnlyList<string> arguments, Func<Stream, CancellationToken, Task>? input, Func<Stream, CancellationToken, Task>? output, Action<string>? onError, CancellationToken cancellationToken)
    {
        var (place, program, version) = await Tools.ToolAsync(name, LogIn.Credential is not null, cancellationToken).ConfigureAwait(false);
        var (host, port) = await place.AddressAsync(access.Target, MongoLogIn.UsualPort, cancellationToken).ConfigureAwait(false);
        var secret = LogIn.ConfigFile();
        var outcome = await place.RunAsync(new ProgramRequest
        {
            Program = program,
            Arguments = [.. secret is null ? Array.Empty<string>() : ["--config=" + ProgramRequest.PrivatePath], .. LogIn.Arguments(host, port), .. arguments],
            Private = secret,
            PrivateSuffix = ".yaml",
            Secrets = [LogIn.Credential?.Reveal() ?? ""],
            Input = input,
            Output = output,
            OnError = onError,
        }, cancellationToken).ConfigureAwait(false);
        return outcome.Succeeded ? (name, version) : throw new MongoFailure(0, $"{name}: {outcome.Complaint}");
    }

    /// <summary>Another database on the same server.</summary>
    /// <param name="target">The database.</param>
    public MongoServer Beside(DatabaseTarget target) => new(new DatabaseAccess { Target = target with { AuthenticationDatabase = LogIn.AuthenticationDatabase }, Credential = LogIn.Credential, DockerHost = access.DockerHost }, places);

    /// <summary>The places of this server's programs, for somebody who disposes them by himself.</summary>
    /// <param name="other">The database.</param>
    /// <param name="operation">Who is told.</param>
    public ProgramPlaces PlacesFor(DatabaseAccess other, IOperationContext operation) => new(other, MongoLogIn.UsualPort, operation) { Local = places.Local, Open = places.Open };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => places.DisposeAsync();

    private string Clean(string text) => LogIn.Credential?.Reveal() is { Length: > 0 } password ? text.Replace(password, "***", StringComparison.Ordinal).Replace(Uri.EscapeDataString(password), "***", StringComparison.Ordinal) : text;

    private static JsonNode Read(string text)
    {
        try
        {
            return JsonNode.Parse(text) ?? throw new MongoFailure(0, "the shell gave an empty answer");
        }
        catch (JsonException)
        {
            throw new MongoFailure(0, "the shell gave an answer that can't be read");
        }
    }
}
