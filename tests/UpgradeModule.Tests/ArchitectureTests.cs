using System.Text.RegularExpressions;

namespace UpgradeModule.Tests;

/// <summary>Which room of the engine may know which, as docs/architecture.md has it.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_mayKnow = new(StringComparer.Ordinal)
    {
        ["Operations"] = ["Apps"],
        ["State"] = ["Operations"],
        ["Apps"] = ["State"],
        ["Paths"] = ["Apps"],
        ["Artifacts"] = ["Apps", "Operations"],
        ["Containers"] = ["Operations"],
        ["Deployments"] = ["Apps", "Artifacts", "Containers", "Operations"],
        ["Databases"] = ["Apps", "Containers", "Operations"],
        ["Migrations"] = ["Apps", "Databases", "Deployments", "Operations"],
        ["Backups"] = ["Apps", "Databases", "Deployments", "Operations", "State"],
        ["Readiness"] = ["Apps", "Artifacts", "Containers", "Databases", "Deployments", "Migrations", "Operations", "Paths"],
        ["Upgrades"] = ["Apps", "Artifacts", "Backups", "Containers", "Databases", "Deployments", "Migrations", "Operations", "Paths", "Readiness", "State"],
    };

    public static TheoryData<string> Rooms() => new(Directory.GetDirectories(Engine()).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("bin" or "obj")));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_only_the_rooms_it_may_know(string room)
    {
        Assert.True(s_mayKnow.TryGetValue(room, out var allowed), $"The room {room} is new: say here and in docs/architecture.md which rooms it may know.");
        var known = Directory.EnumerateFiles(Path.Combine(Engine(), room), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"UpgradeModule\.Engine\.(\w+)").Select(match => match.Groups[1].Value))
            .Where(name => name != room && s_mayKnow.ContainsKey(name))
            .Distinct();
        Assert.Empty(known.Except(allowed!));
    }

    [Theory]
    [InlineData("Deployments", "Processes", "Systemd", "Docker")]
    [InlineData("Databases", "H2", "Mongo", "MySql", "Postgres", "Sqlite")]
    public void Host_kinds_and_database_engines_do_not_know_each_other(string room, params string[] kinds)
    {
        foreach (var kind in kinds)
        {
            var text = string.Concat(Directory.EnumerateFiles(Path.Combine(Engine(), room, kind), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
            Assert.All(kinds.Where(other => other != kind), other => Assert.DoesNotContain($"UpgradeModule.Engine.{room}.{other}", text, StringComparison.Ordinal));
        }
    }

    private static string Engine()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var engine = Path.Combine(folder.FullName, "src", "UpgradeModule.Engine");
            if (Directory.Exists(engine)) return engine;
        }

        throw new DirectoryNotFoundException("The tests run from a checkout of the repository.");
    }
}
