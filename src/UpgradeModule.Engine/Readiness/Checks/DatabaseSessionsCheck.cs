using System.Globalization;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Nobody but the application itself is connected to its database: another node would migrate it too, or write to it meanwhile.</summary>
internal sealed class DatabaseSessionsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "DatabaseSessions";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await context.ReachableAsync().ConfigureAwait(false) is not { } facts || facts.Sessions.Count == 0) return [];
        var service = await context.ServiceAsync().ConfigureAwait(false);
        var runs = service.Status is AppServiceStatus.Running or AppServiceStatus.Starting;

        // A file's holders are processes of this machine; a server's sessions can't be told apart from the application's own by their number.
        var own = service.ProcessId is { } process ? string.Create(CultureInfo.InvariantCulture, $"process {process} ") : null;
        var fileEngine = context.Database!.Path is not null;
        var others = fileEngine && own is not null ? facts.Sessions.Where(session => !session.StartsWith(own, StringComparison.Ordinal)).ToList() : [.. facts.Sessions];
        if (!fileEngine && runs) others = FromElsewhere(others);
        if (others.Count == 0) return [];
        return [Finding.Warning(
            $"Others hold on to the database {context.Database}: {string.Join("; ", others)}.",
            "End these sessions, and scale an application of several nodes to one, before the upgrade.",
            context.Database.ToString())];
    }

    // The application's own sessions come from one place: a second one is another node or a person.
    private static List<string> FromElsewhere(List<string> sessions)
    {
        var places = sessions.GroupBy(Place, StringComparer.Ordinal).OrderByDescending(group => group.Count()).ToList();
        return [.. places.Skip(1).SelectMany(group => group)];
    }

    private static string Place(string session)
    {
        var space = session.IndexOf(' ', "process ".Length);
        return space < 0 ? session : session[space..];
    }
}
