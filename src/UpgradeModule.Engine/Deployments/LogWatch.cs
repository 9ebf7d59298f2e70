using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Reads the log of a service that is being awaited: what is new in it, and what that means by the definition.</summary>
internal sealed partial class LogWatch(IAppHost host, DeploymentContext context)
{
    /// <summary>What is said in the place of the last lines where there are none.</summary>
    public const string EmptyLog = "Its log is empty.";

    private const int Lines = 400;
    private const int ShapesKept = 10_000;
    private readonly HashSet<string> _warned = [];
    private readonly HashSet<string> _shapes = new(StringComparer.Ordinal);
    private readonly LogMeanings _meanings = new(context.Spec.Logs);
    private string[] _seen = [];
    private readonly string[] _probes = [.. new[] { context.Spec.Health.Liveness, context.Spec.Health.Readiness, context.Spec.Health.Version }
        .Concat(context.Spec.Health.Deep).OfType<HttpProbeSpec>().Select(static probe => probe.Path.Split('?')[0]).Where(static path => path.Length > 1).Distinct(StringComparer.Ordinal)];

    /// <summary>Only what was written after this moment counts: a failure of an earlier run is none of this one.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>
    /// The line that means failure, and what it means; empty as long as there is none. Of several, the one that stands first in the definition
    /// counts: what names a cause stands there before what only tells that something failed.
    /// </summary>
    public (string Line, LogLineSpec Spec)? Failure { get; private set; }

    /// <summary>Whether a line told that the application is ready.</summary>
    public bool Ready { get; private set; }

    /// <summary>The last line that tells how far it is.</summary>
    public string? Progress { get; private set; }

    /// <summary>How many lines were new so far, but for those that this wait itself caused.</summary>
    public long Grown { get; private set; }

    /// <summary>How many of these were of a shape that this wait had not seen before: numbers and ids apart, a new line.</summary>
    public long Novel { get; private set; }

    /// <summary>Reads what is new.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var lines = (await host.ReadLogAsync(context, Lines, Since, cancellationToken).ConfigureAwait(false)).ToArray();
        foreach (var line in lines.Skip(Overlap(lines)))
        {
            // Many applications log each request: the wait's own probes are no sign of progress.
            if (!_probes.Any(probe => line.Contains(probe, StringComparison.Ordinal))) Count(line);
            if (_meanings.Of(line) is not { } spec) continue;
            switch (spec.Meaning)
            {
                case "failure" when Failure is not { } known || _meanings.Rank(spec) < _meanings.Rank(known.Spec):
                    Failure = (line, spec);
                    break;
                case "ready":
                    Ready = true;
                    break;
                case "progress":
                    Progress = spec.Message ?? line;
                    break;
                case "warning" when _warned.Add(spec.Pattern):
                    context.Operation.Warning($"{context.Deployment.Name}: {spec.Message ?? line}{(spec.Remedy is null ? "" : " " + spec.Remedy)}");
                    break;
            }
        }

        _seen = lines;
    }

    /// <summary>Gets the last lines for a message.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<string> LastAsync(int count, CancellationToken cancellationToken)
    {
        var lines = await host.ReadLogAsync(context, count, Since, cancellationToken).ConfigureAwait(false);
        return lines.Count == 0 ? EmptyLog : $"Its last log lines:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }

    private void Count(string line)
    {
        Grown++;
        if (_shapes.Count >= ShapesKept) _shapes.Clear();
        if (_shapes.Add(NumberOrId().Replace(line, "#"))) Novel++;
    }

    [GeneratedRegex("[0-9A-Fa-f-]*[0-9][0-9A-Fa-f-]*", RegexOptions.CultureInvariant)]
    private static partial Regex NumberOrId();

    /// <summary>How many of the lines were there at the last look: the longest end of the old that is a beginning of the new.</summary>
    private int Overlap(string[] lines)
    {
        for (var length = Math.Min(_seen.Length, lines.Length); length > 0; length--)
        {
            if (_seen.AsSpan(_seen.Length - length).SequenceEqual(lines.AsSpan(0, length))) return length;
        }

        return 0;
    }
}
