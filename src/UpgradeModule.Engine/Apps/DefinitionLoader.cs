using System.Text.Json;
using UpgradeModule.Engine.Apps.Checks;

namespace UpgradeModule.Engine.Apps;

/// <summary>Reads definitions from JSON, and finds every mistake in them.</summary>
internal static class DefinitionLoader
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a definition.</summary>
    /// <param name="document">The file's bytes, UTF-8.</param>
    /// <param name="withPatterns">
    /// Whether regular expressions are tried as well. That costs more than everything else, so it is left out for documents that were
    /// checked before they came where they are: the shipped and the registered ones.
    /// </param>
    public static DefinitionDocument Read(ReadOnlySpan<byte> document, bool withPatterns)
    {
        if (document.StartsWith(ByteOrderMark)) document = document[ByteOrderMark.Length..];
        var problems = new ProblemList();
        AppSpec? spec = null;
        if (new DefinitionStructure(problems).Check(document))
        {
            try
            {
                spec = JsonSerializer.Deserialize(document, DefinitionJsonContext.Default.AppSpec)!;
                DefinitionChecks.Run(spec, problems, withPatterns);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // What is left to fail here is a text with half a surrogate pair.
                problems.Add((e as JsonException)?.Path ?? "$", "This text can't be read: " + e.Message);
            }
        }

        return new DefinitionDocument { Spec = spec, Problems = problems.Locate(document) };
    }

    /// <summary>Reads a definition that must be right.</summary>
    /// <param name="document">The file's bytes, UTF-8.</param>
    /// <param name="path">The file's path, for messages.</param>
    /// <param name="withPatterns">Whether regular expressions are tried as well.</param>
    /// <exception cref="UpgradeException"><c>DefinitionInvalid</c>: it has mistakes; the first is told.</exception>
    public static AppSpec Load(ReadOnlySpan<byte> document, string path, bool withPatterns)
    {
        if (!withPatterns && Trusted(document) is { } spec) return spec;
        var read = Read(document, withPatterns);
        return read.Problems.Count == 0 && read.Spec is not null ? read.Spec : throw Invalid(path, read.Problems);
    }

    // The first call of an operation waits for this, and comparing the structure costs as much as everything else together. The serializer
    // is as strict but for nulls and repeated properties; it only tells worse what is wrong, so that a mistake is looked for again.
    private static AppSpec? Trusted(ReadOnlySpan<byte> document)
    {
        if (MayHaveNull(document)) return null;
        try
        {
            var spec = JsonSerializer.Deserialize(document, DefinitionJsonContext.Default.AppSpec);
            var problems = new ProblemList();
            if (spec is not null) DefinitionChecks.Run(spec, problems, withPatterns: false);
            return problems.Count == 0 ? spec : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Whether the word stands where a value may: inside a text that is a false alarm, which costs time only.
    private static bool MayHaveNull(ReadOnlySpan<byte> document)
    {
        for (var at = document.IndexOf("null"u8); at >= 0;)
        {
            var before = document[..at].TrimEnd(" \t\r\n"u8);
            if (before.Length == 0 || before[^1] is (byte)':' or (byte)'[' or (byte)',') return true;
            var next = document[(at + 4)..].IndexOf("null"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }

        return false;
    }

    /// <summary>The failure that tells of a definition's mistakes.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="problems">The mistakes.</param>
    public static UpgradeException Invalid(string path, IReadOnlyList<DefinitionProblem> problems)
    {
        var first = problems[0];
        var more = problems.Count == 1 ? "" : $" ({problems.Count} mistakes in all.)";
        return new UpgradeException(
            "DefinitionInvalid",
            UpgradeErrorCategory.InvalidData,
            path,
            $"The app definition {path} has a mistake in line {first.Line}, column {first.Column}, at {first.Path}: {first.Reason}{more}",
            "Correct it; Test-AppDefinition tells every mistake with its line.");
    }
}
