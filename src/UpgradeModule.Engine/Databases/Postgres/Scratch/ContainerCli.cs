using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>
/// A container engine, worked by the command line program on the PATH: docker, else podman. It does the few things that a proof needs; whoever
/// works with applications in containers uses the engine's own API, which has its place in <c>Containers/</c> and may take this over.
/// </summary>
internal sealed class ContainerCli
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly string _program;

    private ContainerCli(string program, string name, string version)
    {
        _program = program;
        Name = name;
        Description = name + " " + version;
    }

    /// <summary>The program's name: <c>docker</c>, <c>podman</c>.</summary>
    public string Name { get; }

    /// <summary>The engine, for people: <c>docker 28.2.2</c>.</summary>
    public string Description { get; }

    /// <summary>Finds an engine that answers within three seconds.</summary>
    /// <param name="directories">Where to look for the programs.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The engine; where there is none, why, without a full stop.</returns>
    public static async Task<(ContainerCli? Cli, string Missing)> FindAsync(IReadOnlyList<string> directories, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        // Podman has no server to ask unless it works a remote one, and then tells both.
        foreach (var (name, question) in new[] { ("docker", "{{.Server.Version}}"), ("podman", "{{.Client.Version}}") })
        {
            var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
            if (directories.Select(directory => Path.Combine(directory, file)).FirstOrDefault(File.Exists) is not { } program)
            {
                reasons.Add(name + " is not on the PATH");
                continue;
            }

            var (version, why) = await AskAsync(program, question, cancellationToken).ConfigureAwait(false);
            if (version is not null) return (new ContainerCli(program, name, version), "");
            reasons.Add($"{name} ({program}) {why}");
        }

        return (null, string.Join("; ", reasons));
    }

    /// <summary>Runs a command. One that fails is not an exception.</summary>
    /// <param name="arguments">The command; never a secret.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>How it ended, and the lines of its output.</returns>
    public async Task<(ProgramResult Result, IReadOnlyList<string> Lines)> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var result = await ProgramRun.ExecuteAsync(_program, arguments, new Dictionary<string, string>(), null, line =>
        {
            lines.Add(line.Trim());
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return (result, lines);
    }

    /// <summary>Runs a program in a container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="command">The program and its arguments; never a secret.</param>
    /// <param name="input">The file that it reads as its input.</param>
    /// <param name="onError">Told each line of its error output.</param>
    /// <param name="cancellationToken">Ends the wait; the program in the container may go on until that is removed.</param>
    public Task<ProgramResult> ExecuteAsync(string container, IReadOnlyList<string> command, string input, Action<string> onError, CancellationToken cancellationToken) =>
        ProgramRun.ExecuteAsync(_program, ["exec", "--interactive", container, .. command], new Dictionary<string, string>(), onError, null, cancellationToken, input);

    /// <summary>Tells whether an image is on this machine.</summary>
    /// <param name="image">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<bool> HasImageAsync(string image, CancellationToken cancellationToken) =>
        (await RunAsync(["image", "inspect", "--format", "{{.Id}}", image], cancellationToken).ConfigureAwait(false)).Result.Succeeded;

    /// <summary>Removes a container and its data, running or not. One that isn't there is no mistake.</summary>
    /// <param name="container">Its name or id.</param>
    public Task RemoveAsync(string container) => RunAsync(["rm", "--force", "--volumes", container], CancellationToken.None);

    private static async Task<(string? Version, string Why)> AskAsync(string program, string question, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var (result, lines) = await new ContainerCli(program, "", "").RunAsync(["version", "--format", question], limit.Token).ConfigureAwait(false);
            return result.Succeeded && lines is [{ Length: > 0 } version, ..] ? (version, "") : (null, "says: " + (result.Complaint.Length > 0 ? result.Complaint : "nothing"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"doesn't answer within {Patience.TotalSeconds} seconds"));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "is no program that runs here");
        }
    }
}
