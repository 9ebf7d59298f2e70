using System.Text.Json;
using UpgradeModule.Engine.Upgrades.Notices;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Notices;

public class RunNotifierTests
{
    private static readonly UpgradeRun s_run = new()
    {
        RunId = "run-1",
        Deployment = new AppDeployment { Name = "sample", App = "sampleapp" },
        From = AppVersion.Parse("1.0.0"),
        To = AppVersion.Parse("2.0.0"),
        Reached = AppVersion.Parse("2.0.0"),
        Outcome = UpgradeOutcome.Succeeded,
        Downtime = TimeSpan.FromSeconds(4),
    };

    [Fact]
    public async Task The_end_of_a_run_is_posted_as_json_with_headers_by_reference()
    {
        string? body = null, header = null;
        using var server = new LoopbackServer(async context =>
        {
            header = context.Request.Headers["X-Key"];
            using var reader = new StreamReader(context.Request.InputStream);
            body = await reader.ReadToEndAsync();
        });
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("key"), "s3cret\n");
        var operation = new RecordingOperation();

        var told = await RunNotifier.PostAsync(s_run, new WebhookTarget { Address = new Uri(server.Url), Headers = new Dictionary<string, string> { ["X-Key"] = "file:" + folder.File("key") } }, operation, default);

        Assert.True(told);
        Assert.Equal("s3cret", header);
        using var document = JsonDocument.Parse(body!);
        Assert.Equal(("sample", "Succeeded", "2.0.0", 4.0), (document.RootElement.GetProperty("deployment").GetString(), document.RootElement.GetProperty("outcome").GetString(), document.RootElement.GetProperty("reached").GetString(), document.RootElement.GetProperty("downtimeSeconds").GetDouble()));
        Assert.Empty(operation.Warnings);
    }

    [Fact]
    public async Task One_that_fails_once_is_tried_again()
    {
        var answers = 0;
        using var server = LoopbackServer.Of(_ => (Interlocked.Increment(ref answers) == 1 ? 503 : 204, ""));
        var operation = new RecordingOperation();

        Assert.True(await RunNotifier.PostAsync(s_run, new WebhookTarget { Address = new Uri(server.Url) }, operation, default));

        Assert.Equal(2, server.Requests);
        Assert.Empty(operation.Warnings);
    }

    [Theory]
    [InlineData("/refuses")]
    [InlineData(null)]
    public async Task One_that_fails_again_is_a_warning_without_the_address_beyond_its_host(string? path)
    {
        using var server = LoopbackServer.Of(_ => (500, ""));
        var address = path is null ? $"http://127.0.0.1:{SampleApps.FreePort()}/hook/k3y" : server.Url + "/hook/k3y";
        var operation = new RecordingOperation();

        Assert.False(await RunNotifier.PostAsync(s_run, new WebhookTarget { Address = new Uri(address) }, operation, default));

        Assert.DoesNotContain("k3y", Assert.Single(operation.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://example.org/hook", false, "WebhookInvalid")]
    [InlineData("https://user:pw@example.org/hook", false, "WebhookInvalid")]
    [InlineData("ftp://example.org/hook", false, "WebhookInvalid")]
    [InlineData("http://example.org/hook", true, null)]
    [InlineData("http://127.0.0.1:9/hook", false, null)]
    [InlineData("https://example.org/hook", false, null)]
    public void Only_encrypted_addresses_and_this_machine_are_taken_unless_others_are_allowed(string address, bool allow, string? errorId)
    {
        var failure = Record.Exception(() => RunNotifier.Check(new WebhookTarget { Address = new Uri(address), AllowUnencrypted = allow }));

        Assert.Equal(errorId, (failure as UpgradeException)?.ErrorId);
        Assert.DoesNotContain("pw", failure?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_no_reference_is_refused_without_being_repeated()
    {
        var failure = Assert.Throws<UpgradeException>(() => RunNotifier.Check(new WebhookTarget { Address = new Uri("https://example.org"), Headers = new Dictionary<string, string> { ["X-Key"] = "hunter2" } }));

        Assert.Equal("SecretReferenceInvalid", failure.ErrorId);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
    }
}
