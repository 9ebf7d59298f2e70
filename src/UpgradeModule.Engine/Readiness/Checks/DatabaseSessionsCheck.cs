namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Nobody but the application itself is connected to its database: another node would migrate it too, or write to it meanwhile.</summary>
internal sealed class DatabaseSessionsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "DatabaseSessions";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        // Of an H2 file that is told as a blocker: it lets only one process in.
        if (context.Database is null or { Engine: DatabaseEngine.H2 } || await context.ReachableAsync().ConfigureAwait(false) is not { } facts || facts.Sessions.Count == 0) return [];
        var service = await context.ServiceAsync().ConfigureAwait(false);
        var runs = service.Status is AppServiceStatus.Running or AppServiceStatus.Starting;

        // A file's holders are processes of this machine; a server's sessions can't be told apart from the application's own by their number.
        var fileEngine = context.Database!.Path is not null;
        List<string> others = fileEngine ? await FileUsers.OthersAsync(context, facts.Sessions, cancellationToken).ConfigureAwait(false) : [.. facts.Sessions];
        if (fileEngine || !runs) return others.Count == 0 ? [] : [Others(context, others)];
        var (nodes, strangers) = FromElsewhere(others);
        var findings = new List<Finding>();
        if (nodes.Count > 0)
        {
            findings.Add(Finding.Blocker(
                $"Another node of {context.Name} seems to be at work on the database {context.Database}: {string.Join("; ", nodes)}. It would migrate it too, or work on what is half migrated.",
                "Scale the application to one node before the upgrade, and start the others with the new version afterwards.",
                context.Database.ToString()));
        }

        if (strangers.Count > 0) findings.Add(Others(context, strangers));
        return findings;
    }

    private static Finding Others(ReadinessContext context, List<string> sessions) => Finding.Warning(
        $"Others hold on to the database {context.Database}: {string.Join("; ", sessions)}.",
        "End these sessions, and scale an application of several nodes to one, before the upgrade.",
        context.Database!.ToString());

    // The application's own sessions come from one place. What calls itself the same, logs in as the same role and comes from another place is
    // another node; what calls itself otherwise is a person or another program.
    private static (List<string> Nodes, List<string> Strangers) FromElsewhere(List<string> sessions)
    {
        var places = sessions.GroupBy(Place).OrderByDescending(group => group.Count()).ThenBy(group => group.Key.Address, StringComparer.Ordinal).ToList();
        if (places.Count == 0) return ([], []);
        var own = places[0].Key;
        var others = places.Skip(1).ToLookup(group => group.Key.Who == own.Who);
        return ([.. others[true].SelectMany(group => group)], [.. others[false].SelectMany(group => group)]);
    }

    private static (string Who, string Address) Place(string session)
    {
        var space = session.IndexOf(' ', "process ".Length);
        var text = space < 0 ? session : session[space..];
        var from = text.LastIndexOf(" from ", StringComparison.Ordinal);
        var address = from < 0 ? "" : text[(from + " from ".Length)..];

        // This machine has more than one name for itself.
        return (from < 0 ? text : text[..from], address is "127.0.0.1" or "::1" ? "" : address);
    }
}
