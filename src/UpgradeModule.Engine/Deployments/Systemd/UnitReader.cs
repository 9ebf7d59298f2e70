using System.Text;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Asks systemd about units. Only what programs are meant to read is read: properties, never prose.</summary>
/// <param name="programs">Runs systemd's programs.</param>
internal sealed class UnitReader(ISystemdPrograms programs)
{
    private const string Service = "org.freedesktop.systemd1";
    private const string ServiceInterface = "org.freedesktop.systemd1.Service";
    private const ulong Forever = ulong.MaxValue;

    /// <summary>Reads what a unit is doing.</summary>
    /// <param name="unit">Its name; <c>.service</c> may be left out.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>SystemdNotAvailable</c>, <c>UnitNotFound</c>, <c>UnitInvalid</c>.</exception>
    public async Task<UnitState> StateAsync(string unit, CancellationToken cancellationToken)
    {
        var name = FullName(unit);
        var result = await AskAsync("systemctl", ["show", "--property=" + UnitState.Properties, "--", name], cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0) throw SystemdErrors.NotAvailable(result);
        var state = UnitState.Parse(result.Output);
        return state.LoadState is "loaded" or "masked" ? state : throw SystemdErrors.NotLoaded(name, state);
    }

    /// <summary>Reads how a unit runs its service.</summary>
    /// <param name="id">The unit's full name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>SystemdNotAvailable</c>, <c>UnitInvalid</c>.</exception>
    public async Task<UnitDefinition> DefinitionAsync(string id, CancellationToken cancellationToken)
    {
        if (!id.EndsWith(".service", StringComparison.Ordinal)) throw SystemdErrors.NoService(id);
        string[] names = ["Environment", "EnvironmentFiles", "WorkingDirectory", "User", "Group", "TimeoutStopUSec", "SuccessExitStatus", "UMask", "DynamicUser", "Type", "TimeoutStartUSec", "WatchdogUSec"];
        var values = await PropertiesAsync(id, names, cancellationToken).ConfigureAwait(false) ?? throw SystemdErrors.Unreadable(id);
        var commands = await PropertiesAsync(id, ["ExecStartEx"], cancellationToken).ConfigureAwait(false)
            ?? await PropertiesAsync(id, ["ExecStart"], cancellationToken).ConfigureAwait(false)
            ?? throw SystemdErrors.Unreadable(id);
        try
        {

            // Signals follow the codes; what they end is told as a code of 128 and more.
            var codes = values[6].Many(static one => (int)one.Number());
            return new UnitDefinition
            {
                Commands = UnitCommand.ReadAll(commands[0]),
                Environment = values[0].Texts(),
                EnvironmentFiles = values[1].Many(static one => (one.Text(), one.Boolean())),
                WorkingDirectory = values[2].Text().TrimStart('!'),
                User = values[3].Text(),
                Group = values[4].Text(),
                StopTimeout = Time(values[5]),
                SuccessExitCodes = codes,
                FileMask = (int)values[7].Number(),
                DynamicUser = values[8].Boolean(),
                Type = values[9].Text(),
                StartTimeout = Time(values[10]),
                Watchdog = Time(values[11]),
            };
        }
        catch (FormatException failure)
        {
            throw SystemdErrors.Unreadable(id, failure);
        }
    }

    /// <summary>Reads the names of all the services that systemd has files of or knows.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Their full names, in order; none where this machine isn't run by systemd.</returns>
    public async Task<IReadOnlyCollection<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (await ManagerAsync("ListUnitFilesByPatterns", cancellationToken).ConfigureAwait(false) is not { } files) return [];
        foreach (var (path, state) in files.Many(static one => (one.Text(), one.Text())))
        {
            var name = Path.GetFileName(path);
            if (state is not ("masked" or "masked-runtime" or "alias") && !name.Contains("@.", StringComparison.Ordinal)) names.Add(name);
        }

        if (await ManagerAsync("ListUnitsByPatterns", cancellationToken).ConfigureAwait(false) is { } loaded)
        {
            foreach (var (name, state) in loaded.Many(ReadLoaded).Where(static one => one.State == "loaded")) names.Add(name);
        }

        return names;
    }

    /// <summary>Reads what all the services are doing that systemd has files of or knows, and the text of their commands.</summary>
    /// <param name="mention">A service counts only where its command has one of these texts in it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Their full names; none where this machine isn't run by systemd.</returns>
    public async Task<IReadOnlyList<string>> ServicesAsync(IReadOnlyCollection<string> mention, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        if (names.Count == 0) return [];
        var shown = await AskAsync("systemctl", ["show", "--property=Id,LoadState,ExecStart", "--", .. names], cancellationToken).ConfigureAwait(false);
        return [.. shown.Output.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(block => mention.Any(text => block.Contains(text, StringComparison.Ordinal)))
            .Select(UnitState.Parse).Where(static state => state.LoadState == "loaded").Select(static state => state.Id).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Completes a unit's name.</summary>
    /// <param name="unit">The name; <c>.service</c> may be left out.</param>
    /// <exception cref="UpgradeException"><c>UnitInvalid</c>.</exception>
    public static string FullName(string unit)
    {
        if (unit.Length == 0 || unit.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or '*' or '?' or '[')) throw SystemdErrors.NoName(unit);
        return unit.LastIndexOf('.') is > 0 and var dot && KnownSuffixes.Contains(unit[dot..]) ? unit : unit + ".service";
    }

    /// <summary>Writes a unit's name as a part of a D-Bus path has it.</summary>
    /// <param name="id">The unit's full name.</param>
    internal static string BusLabel(string id)
    {
        var label = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(id))
        {
            var c = (char)b;
            if (char.IsAsciiLetter(c) || (char.IsAsciiDigit(c) && label.Length > 0)) label.Append(c);
            else label.Append('_').Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return label.Length == 0 ? "_" : label.ToString();
    }

    private static readonly string[] KnownSuffixes = [".service", ".socket", ".timer", ".path", ".target", ".mount", ".automount", ".swap", ".slice", ".scope", ".device"];

    private static TimeSpan? Time(BusValues value) => value.Number() is > 0 and < Forever and var microseconds ? TimeSpan.FromMicroseconds(microseconds) : null;

    private static (string Name, string State) ReadLoaded(BusValues one)
    {
        var name = one.Text();
        one.Text();
        var state = one.Text();
        for (var i = 0; i < 4; i++) one.Text();
        one.Skip(1);
        one.Text();
        one.Text();
        return (name, state);
    }

    private async Task<BusValues?> ManagerAsync(string method, CancellationToken cancellationToken)
    {
        var result = await programs.RunAsync("busctl", ["call", Service, "/org/freedesktop/systemd1", Service + ".Manager", method, "asas", "0", "1", "*.service"], cancellationToken).ConfigureAwait(false);
        return result is { ExitCode: 0 } ? new BusValues(result.Output.TrimEnd('\n')) : null;
    }

    private async Task<IReadOnlyList<BusValues>?> PropertiesAsync(string id, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var result = await AskAsync("busctl", ["get-property", Service, "/org/freedesktop/systemd1/unit/" + BusLabel(id), ServiceInterface, .. names], cancellationToken).ConfigureAwait(false);
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return result.ExitCode == 0 && lines.Length == names.Count ? [.. lines.Select(static line => new BusValues(line))] : null;
    }

    private async Task<ProgramResult> AskAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        await programs.RunAsync(program, arguments, cancellationToken).ConfigureAwait(false) ?? throw SystemdErrors.NoProgram(program);
}
