using System.Globalization;
using System.Security.Cryptography;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>Programs of a running container. They run as its own user, and end when their connection does.</summary>
/// <param name="engine">The container's engine.</param>
/// <param name="container">Its name or id.</param>
internal sealed class ContainerPrograms(IContainerEngine engine, string container) : IProgramPlace
{
    private const string Loopback = "127.0.0.1";
    private const string Folder = "/dev/shm";

    // The secret comes by a variable that only this shell has, and goes into a file of memory that only its user may read; set -C makes that a new one.
    private const string WithPrivate = "umask 077; set -C; if ! printf %s \"$UM_PRIVATE\" >\"$UM_FILE\"; then exit 125; fi; set +C; um_file=$UM_FILE; unset UM_PRIVATE UM_FILE; trap 'rm -f \"$um_file\"' EXIT; trap 'exit 143' HUP INT TERM; ";

    // The input ends with the connection, and the program with it: nothing goes on that nobody waits for. Each child is waited for: one that is left falls to
    // the container's first process, and where that is a PostgreSQL server, it takes a child that ended by a signal for one of its own, and starts anew.
    private const string Watched = "exec 3<&0; \"$@\" </dev/null 3<&- & um_program=$!; (while read -r um_line <&3; do :; done; kill \"$um_program\") >/dev/null 2>&1 & um_watch=$!; exec 3<&-; wait \"$um_program\"; um_code=$?; kill \"$um_watch\" 2>/dev/null; wait \"$um_watch\" 2>/dev/null; exit \"$um_code\"";

    private const string Plain = "\"$@\"; exit $?";

    /// <inheritdoc/>
    public string Description => $"the container '{container}'";

    /// <inheritdoc/>
    public bool IsContainer => true;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var request = new ExecRequest { Cmd = ["/bin/sh", "-c", "command -v \"$1\"", "sh", name] };
        var code = await engine.StreamAsync(container, request, new ExecStreams(), cancellationToken).ConfigureAwait(false);
        return code == 0 ? [name] : [];
    }

    /// <inheritdoc/>
    public async Task<ProgramOutcome> RunAsync(ProgramRequest request, CancellationToken cancellationToken)
    {
        var file = $"{Folder}/um-{Convert.ToHexString(RandomNumberGenerator.GetBytes(8)).ToLowerInvariant()}{request.PrivateSuffix}";
        string Fill(string text) => request.Private is null ? text : text.Replace(ProgramRequest.PrivatePath, file, StringComparison.Ordinal);
        var script = (request.Private is null ? "" : WithPrivate) + (request.Input is null ? Watched : Plain);
        List<string> variables = ["LC_ALL=C", .. request.Environment.Select(pair => $"{pair.Key}={Fill(pair.Value)}")];
        if (request.Private is not null) variables.AddRange(["UM_FILE=" + file, "UM_PRIVATE=" + request.Private]);
        var errors = new ErrorTail(request);
        var exec = new ExecRequest { Cmd = ["/bin/sh", "-c", script, "sh", request.Program, .. request.Arguments.Select(Fill)], Env = variables };
        var code = await engine.StreamAsync(container, exec, new ExecStreams { Input = request.Input, Output = request.Output, OnError = errors.Add }, cancellationToken).ConfigureAwait(false);
        return new ProgramOutcome(code, errors.Lines);
    }

    /// <inheritdoc/>
    public async Task<(string Host, int Port)> AddressAsync(DatabaseTarget target, int usualPort, CancellationToken cancellationToken)
    {
        var inspect = await engine.InspectContainerAsync(container, cancellationToken).ConfigureAwait(false);
        var there = target.Port ?? usualPort;
        foreach (var (port, bindings) in inspect.NetworkSettings?.Ports ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
        {
            if (!port.EndsWith("/tcp", StringComparison.Ordinal) || bindings?.Any(binding => binding.HostPort == there.ToString(CultureInfo.InvariantCulture)) != true) continue;
            if (int.TryParse(port[..^"/tcp".Length], NumberStyles.None, CultureInfo.InvariantCulture, out var inside)) return (Loopback, inside);
        }

        return (Loopback, there);
    }
}
