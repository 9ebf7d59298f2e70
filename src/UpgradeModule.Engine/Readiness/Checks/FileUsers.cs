using System.Globalization;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Tells the application's own processes from others that have its database file open.</summary>
internal static class FileUsers
{
    /// <summary>Leaves out the application itself: its process, and what runs in its container.</summary>
    /// <param name="context">What the checks share.</param>
    /// <param name="holders">Who has the file open: <c>process 42 (java)</c>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<List<string>> OthersAsync(ReadinessContext context, IReadOnlyList<string> holders, CancellationToken cancellationToken)
    {
        if (holders.Count == 0) return [];
        var service = await context.ServiceAsync().ConfigureAwait(false);
        var own = service.ProcessId is { } process ? string.Create(CultureInfo.InvariantCulture, $"process {process} ") : null;
        List<string> others = [.. holders.Where(holder => own is null || !holder.StartsWith(own, StringComparison.Ordinal))];
        return others.Count > 0 && await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is { } look ? [.. others.Where(holder => !ContainerLook.IsInside(holder, look.Container.Id))] : others;
    }
}
