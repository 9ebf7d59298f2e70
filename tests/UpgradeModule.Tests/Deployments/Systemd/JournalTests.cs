using UpgradeModule.Engine.Deployments.Systemd;

namespace UpgradeModule.Tests.Deployments.Systemd;

public class JournalTests
{
    [Fact]
    public void The_applications_words_and_systemds_are_told_apart()
    {
        const string Output = """
            {"MESSAGE":"Starting","_PID":"91","_SYSTEMD_UNIT":"t.service"}
            {"MESSAGE":"t.service: Failed with result 'exit-code'.","_PID":"1","UNIT":"t.service"}
            {"MESSAGE":"two\nlines","_PID":"91"}
            {"MESSAGE":[72,195,164,27,91],"_PID":"91"}
            {"MESSAGE":["a","b"],"_PID":"91"}
            {"MESSAGE":null,"_PID":"91"}
            {"MESSAGE":"cut
            """;
        Assert.Equal(["Starting", "systemd: t.service: Failed with result 'exit-code'.", "two", "lines", "Hä\u001b[", "a", "b"], Journal.Parse(Output));
    }

    [Fact]
    public async Task Only_what_came_after_a_moment_is_asked_for()
    {
        var systemd = new FakeSystemd { Journal = """{"MESSAGE":"x"}""" };
        var since = DateTimeOffset.UnixEpoch.AddSeconds(1795311152).AddTicks(3407250);
        Assert.Equal(["x"], await new Journal(systemd).ReadAsync("t.service", 5, since, Engine.Operations.NullOperationContext.Instance, default));
        Assert.Contains("--since=@1795311152.340725", systemd.Calls[0], StringComparison.Ordinal);
        Assert.Contains("--lines=5", systemd.Calls[0], StringComparison.Ordinal);
    }
}
