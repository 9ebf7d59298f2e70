using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>What pg_dump says of a database: two that it says the same of are the same.</summary>
/// <param name="logIn">Gives the log-in of a superuser for a database.</param>
internal sealed partial class Oracle(Func<string, PostgresLogIn> logIn)
{
    /// <summary>Of databases on the server of the tests.</summary>
    public Oracle(PostgresFixture postgres)
        : this(database => new PostgresServer(postgres.Access(database, postgres.Superuser)).Live)
    {
    }

    /// <summary>The whole of a database.</summary>
    /// <param name="database">The database, whose name is left out.</param>
    /// <param name="whole">Whether its own properties are told too.</param>
    public async Task<string> TextAsync(string database, bool whole = true)
    {
        var lines = new List<string>();
        var program = await PostgresPrograms.RequireAsync("pg_dump", 12, CancellationToken.None);
        var result = await ProgramRun.ExecuteAsync(program.Path, whole ? ["--create"] : [], logIn(database), null, line =>
        {
            // Random tokens of the program.
            if (!Token().IsMatch(line)) lines.Add(line.Replace(database, "DATABASE", StringComparison.Ordinal));
            return true;
        }, CancellationToken.None);
        Assert.True(result.Succeeded, result.Complaint);
        return string.Join('\n', lines);
    }

    /// <summary>Shows where two of them part.</summary>
    public static void AssertSame(string expected, string actual)
    {
        if (expected == actual) return;
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var at = 0;
        while (at < left.Length && at < right.Length && left[at] == right[at]) at++;
        Assert.Fail($"They part at line {at + 1}:\n  - {string.Join("\n  - ", left.Skip(Math.Max(0, at - 3)).Take(12))}\n  + {string.Join("\n  + ", right.Skip(Math.Max(0, at - 3)).Take(12))}");
    }

    [GeneratedRegex(@"^\\(un)?restrict ")]
    private static partial Regex Token();
}
