using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes a word by what the engine knows, within a second; what fails completes nothing.</summary>
internal abstract class EngineCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var given = new GivenParameters(fakeBoundParameters);
        IReadOnlyList<Candidate> candidates = [];
        try
        {
            using var limit = new CancellationTokenSource(Limits.Completion);
            var pump = new PipelinePump(TimeSpan.Zero);
            pump.Run(
                async () =>
                {
                    var session = new EngineSession(given.StorePath);
                    await using (session.ConfigureAwait(false)) candidates = await FindAsync(session, given, limit.Token).ConfigureAwait(false);
                },
                limit);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // An error in the middle of typing helps nobody: the command itself will tell it.
            return [];
        }

        return Matching(candidates, wordToComplete);
    }

    /// <summary>Finds what the word may become.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="given">The parameters that stand on the line already.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    protected abstract Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken);

    private static List<CompletionResult> Matching(IReadOnlyList<Candidate> candidates, string wordToComplete)
    {
        var pattern = WildcardPattern.Get(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        var results = new List<CompletionResult>();
        foreach (var candidate in candidates)
        {
            if (pattern.IsMatch(candidate.Text)) results.Add(new CompletionResult(Quoted(candidate.Text), candidate.Text, CompletionResultType.ParameterValue, candidate.ToolTip));
        }

        return results;
    }

    private static string Quoted(string text) =>
        text.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '\\') ? text : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
