using System.Text;
using System.Text.Json;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Registries;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>References, log-ins and progress, without an engine.</summary>
public class RegistryUnitTests
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    [Theory]
    [InlineData("metabase/metabase:v0.50.36", "docker.io", "metabase/metabase", "v0.50.36", "metabase/metabase:v0.50.36")]
    [InlineData("alpine", "docker.io", "alpine", null, "alpine:latest")]
    [InlineData("127.0.0.1:5000/a/b:1", "127.0.0.1:5000", "127.0.0.1:5000/a/b", "1", "127.0.0.1:5000/a/b:1")]
    [InlineData("127.0.0.1:5000/a", "127.0.0.1:5000", "127.0.0.1:5000/a", null, "127.0.0.1:5000/a:latest")]
    [InlineData("localhost/a:x_y.z-1", "localhost", "localhost/a", "x_y.z-1", "localhost/a:x_y.z-1")]
    [InlineData("ghcr.io/o/r/s:1", "ghcr.io", "ghcr.io/o/r/s", "1", "ghcr.io/o/r/s:1")]
    [InlineData("docker.io/library/alpine:3", "docker.io", "docker.io/library/alpine", "3", "docker.io/library/alpine:3")]
    public void A_reference_is_taken_apart(string text, string registry, string name, string? tag, string wanted)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal((registry, name, tag, null, wanted), (reference.Registry, reference.Name, reference.Tag, reference.Digest, reference.Wanted));
        var pinned = ImageReference.Parse($"{text}@{Digest}");
        Assert.Equal((registry, name, tag, Digest, $"{name}@{Digest}"), (pinned.Registry, pinned.Name, pinned.Tag, pinned.Digest, pinned.Wanted));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://registry.example/a")]
    [InlineData("a b")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("Upper/case:1")]
    [InlineData("a:")]
    [InlineData("a@sha256:xyz")]
    [InlineData("a?x=1")]
    public void What_is_no_reference_is_refused(string text) => Assert.Equal("ImageReferenceInvalid", Assert.Throws<UpgradeException>(() => ImageReference.Parse(text)).ErrorId);

    [Theory]
    [InlineData("alpine", "alpine@x", true)]
    [InlineData("alpine", "docker.io/library/alpine@x", true)]
    [InlineData("docker.io/library/alpine", "alpine@x", true)]
    [InlineData("metabase/metabase", "docker.io/metabase/metabase@x", true)]
    [InlineData("metabase/metabase", "metabase/metabase-enterprise@x", false)]
    [InlineData("r.example/alpine", "alpine@x", false)]
    public void Long_and_short_names_of_docker_hub_are_the_same(string name, string digest, bool same) => Assert.Equal(same, ImageReference.Parse(name).IsOf(digest));

    [SkippableFact]
    public async Task A_given_login_comes_first_then_the_registrys_helper_then_the_helper_of_all_then_the_file()
    {
        Skip.If(OperatingSystem.IsWindows(), "The helpers are shell scripts.");
        using var folder = new TempFolder();
        Helper(folder, "own", "echo '{\"Username\":\"own\",\"Secret\":\"1\"}'");
        Helper(folder, "all", "echo '{\"Username\":\"<token>\",\"Secret\":\"t0ken\"}'");
        Helper(folder, "empty", "echo 'credentials not found in native keychain'; exit 1");
        Config(folder, """{"auths":{"https://r.example/v2/":{"auth":"ZmlsZTpwOmE="},"https://index.docker.io/v1/":{"auth":"aHViOng="}},"credHelpers":{"r.example":"own"},"credsStore":"all"}""");
        var logins = Logins(folder);
        Assert.Equal("me", (await logins.FindAsync("r.example", new RegistryCredential("me", "x"), CancellationToken.None))!.UserName);
        Assert.Equal("own", (await logins.FindAsync("r.example", null, CancellationToken.None))!.UserName);
        var token = await logins.FindAsync("other.example:5000", null, CancellationToken.None);
        Assert.Equal((null, "t0ken", "other.example:5000"), (token!.UserName, token.IdentityToken, token.ServerAddress));
        Config(folder, """{"auths":{"https://r.example/v2/":{"auth":"ZmlsZTpwOmE="},"https://index.docker.io/v1/":{"auth":"aHViOng="}},"credsStore":"empty"}""");
        var file = await logins.FindAsync("r.example", null, CancellationToken.None);
        Assert.Equal(("file", "p:a", "r.example"), (file!.UserName, file.Password, file.ServerAddress));
        Assert.Equal(("hub", "https://index.docker.io/v1/"), (await logins.FindAsync("docker.io", null, CancellationToken.None)) is { } hub ? (hub.UserName, hub.ServerAddress) : default);
        Assert.Null(await logins.FindAsync("unknown.example", null, CancellationToken.None));
    }

    [Fact]
    public async Task Without_a_configuration_there_is_no_login()
    {
        using var folder = new TempFolder();
        Assert.Null(await Logins(folder).FindAsync("r.example", null, CancellationToken.None));
        Config(folder, """{"auths":{"r.example":{}}}""");
        Assert.Null(await Logins(folder).FindAsync("r.example", null, CancellationToken.None));
    }

    [SkippableTheory]
    [InlineData("echo it broke >&2; exit 2", "it broke")]
    [InlineData("echo not json", "is no log-in")]
    [InlineData("exit 3", "without a word")]
    public async Task A_helper_that_fails_is_named(string script, string says)
    {
        Skip.If(OperatingSystem.IsWindows(), "The helper is a shell script.");
        using var folder = new TempFolder();
        Helper(folder, "bad", script);
        Config(folder, """{"credHelpers":{"r.example":"bad"}}""");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Logins(folder).FindAsync("r.example", null, CancellationToken.None));
        Assert.Equal(("RegistryLoginFailed", "r.example"), (failure.ErrorId, failure.Target));
        Assert.Contains("docker-credential-bad", failure.Message, StringComparison.Ordinal);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_that_is_not_installed_or_is_a_path_is_named()
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "nowhere", "../evil" })
        {
            Config(folder, $$$"""{"credHelpers":{"r.example":"{{{name}}}"}}""");
            Assert.Equal("RegistryLoginFailed", (await Assert.ThrowsAsync<UpgradeException>(() => Logins(folder).FindAsync("r.example", null, CancellationToken.None))).ErrorId);
        }
    }

    [Fact]
    public void The_header_of_a_login_is_base_64_for_addresses()
    {
        var header = RegistryLogins.Header(new RegistryAuth { UserName = "ü?>~", Password = "ÿÿÿ???" });
        Assert.DoesNotContain('+', header);
        Assert.DoesNotContain('/', header);
        Assert.Equal("ÿÿÿ???", JsonDocument.Parse(Convert.FromBase64String(header.Replace('-', '+').Replace('_', '/'))).RootElement.GetProperty("password").GetString());
        Assert.Equal("{}", Encoding.UTF8.GetString(Convert.FromBase64String(RegistryLogins.Header(null))));
    }

    [Fact]
    public void Progress_is_one_entry_a_layer_with_bytes_where_they_are_told()
    {
        var seen = new Seen<LayerProgress>();
        var tracker = new LayerTracker(seen);
        string[] lines =
        [
            """{"status":"Pulling from a/b","id":"1.0"}""", """{"status":"Already exists","progressDetail":{},"id":"l0"}""", """{"status":"Pulling fs layer","progressDetail":{},"id":"l1"}""",
            """{"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"l1"}""", """{"status":"Download complete","progressDetail":{},"id":"l1"}""",
            """{"status":"Extracting","progressDetail":{"current":1,"units":"s"},"id":"l1"}""", """{"status":"Something new","id":"l1"}""", """{"status":"Pull complete","progressDetail":{},"id":"l1"}""",
            """{"status":"Pulling fs layer","progressDetail":{},"id":"l2"}""", """{"status":"Digest: sha256:abc"}""", """{"status":"Status: Downloaded newer image for a/b:1.0"}""",
        ];
        foreach (var line in lines) tracker.Take(JsonSerializer.Deserialize(line, EngineJson.Default.TransferMessage)!);
        tracker.Finish();
        Assert.Equal("sha256:abc", tracker.Digest);
        Assert.Equal(
            [
                new("l0", LayerPhase.Existing, 0, null), new("l1", LayerPhase.Waiting, 0, null), new("l1", LayerPhase.Downloading, 10, 100), new("l1", LayerPhase.Downloaded, 100, 100),
                new("l1", LayerPhase.Extracting, 0, 100), new("l1", LayerPhase.Complete, 100, 100), new("l2", LayerPhase.Waiting, 0, null), new("l2", LayerPhase.Complete, 0, null),
            ],
            seen.All);
    }

    [Theory]
    [InlineData("linux/amd64", "linux/amd64", true)]
    [InlineData("amd64", "linux/amd64", true)]
    [InlineData("linux/x86_64", "linux/amd64", true)]
    [InlineData("linux/arm64/v8", "linux/arm64", true)]
    [InlineData("linux/arm64", "linux/arm64/v8", true)]
    [InlineData("linux/arm/v7", "linux/arm/v6", false)]
    [InlineData("linux/arm64", "linux/amd64", false)]
    [InlineData("windows/amd64", "linux/amd64", false)]
    public void Platforms_are_compared_by_what_they_mean(string asked, string actual, bool same) => Assert.Equal(same, PlatformName.Matches(asked, actual));

    private static void Config(TempFolder folder, string text) => File.WriteAllText(folder.File("config.json"), text);

    private static RegistryLogins Logins(TempFolder folder) => new(new EngineEnvironment { Home = "/nonexistent", Variable = name => name switch { "DOCKER_CONFIG" => folder.Path, "PATH" => folder.Path + ":/bin:/usr/bin", _ => null } });

    private static void Helper(TempFolder folder, string name, string script)
    {
        var file = folder.File("docker-credential-" + name);
        File.WriteAllText(file, $"#!/bin/sh\ncat >/dev/null\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
