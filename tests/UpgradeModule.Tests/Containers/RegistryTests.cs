using System.Security.Cryptography;
using System.Text;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>Pulling on real engines from a real registry on the loopback.</summary>
[Collection("Containers")]
public class RegistryTests(ContainerEngineFixture docker, PodmanFixture podman) : EngineTestBase(docker, podman)
{
    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task An_image_is_pulled_by_tag_and_by_digest_with_progress_a_layer(string kind)
    {
        var (engine, images) = Require(kind);
        await using var registry = await LoopbackRegistry.StartAsync();
        var reference = registry.Reference("group/thing:1.0");
        // The engine tells only the newest state of a layer: one of a few bytes may be there before anybody hears that it is being downloaded.
        await PushAsync(engine, images, reference, content: Convert.ToBase64String(RandomNumberGenerator.GetBytes(16 << 20)));
        var seen = new Seen<LayerProgress>();
        var pulled = await engine.PullImageAsync(new ImagePullRequest { Reference = reference }, seen, None);
        try
        {
            Assert.False(pulled.Cached);
            Assert.Matches($"^{registry.Host}/group/thing@sha256:[0-9a-f]{{64}}$", pulled.Digest);
            Assert.Equal(pulled.Image.Id, (await engine.InspectImageAsync(pulled.Digest, None)).Id);
            Assert.True(seen.All.Select(layer => layer.Id).Distinct().Count() >= 2, "There are two layers.");
            foreach (var layer in seen.All.GroupBy(layer => layer.Id)) Assert.Contains(layer.Last().Phase, new[] { LayerPhase.Complete, LayerPhase.Existing });
            if (kind == "docker")
            {
                Assert.Contains(seen.All, layer => layer is { Phase: LayerPhase.Downloading, Total: > 0 });
                Assert.Equal(pulled.Digest, (await engine.InspectDistributionAsync(new ImagePullRequest { Reference = reference }, None)).Digest);
            }

            Assert.True((await engine.PullImageAsync(new ImagePullRequest { Reference = reference }, null, None)).Cached);
            await engine.RemoveImageAsync(reference, force: true, None);
            var again = await engine.PullImageAsync(new ImagePullRequest { Reference = pulled.Digest }, null, None);
            Assert.Equal((pulled.Digest, pulled.Image.Id, false), (again.Digest, again.Image.Id, again.Cached));
        }
        finally
        {
            await engine.RemoveImageAsync(reference, force: true, None);
            await engine.RemoveImageAsync(pulled.Image.Id, force: true, None);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_missing_tag_a_missing_digest_a_bad_login_and_a_dead_registry_are_told_apart(string kind)
    {
        var (engine, images) = Require(kind);
        await using var registry = await LoopbackRegistry.StartAsync(logIn: true);
        await using var stranger = ContainerEngines.Open(engine.Address, new EngineEnvironment { Variable = _ => null, Home = "/nonexistent" });
        var reference = registry.Reference("secret/thing:1.0");
        await PushAsync(stranger, images, reference, LoopbackRegistry.Credential);
        (string Id, ImagePullRequest Request)[] cases =
        [
            ("ImageNotFound", new() { Reference = registry.Reference("secret/thing:9.9"), Credential = LoopbackRegistry.Credential }),
            ("ImageNotFound", new() { Reference = registry.Reference("secret/nothing:1.0"), Credential = LoopbackRegistry.Credential }),
            ("ImageNotFound", new() { Reference = registry.Reference("secret/thing@sha256:" + new string('a', 64)), Credential = LoopbackRegistry.Credential }),
            ("RegistryLoginFailed", new() { Reference = reference }),
            ("RegistryLoginFailed", new() { Reference = reference, Credential = new RegistryCredential(LoopbackRegistry.User, "wr0ng-passw0rd") }),
            ("RegistryUnreachable", new() { Reference = "127.0.0.1:1/secret/thing:1.0", Credential = LoopbackRegistry.Credential }),
        ];
        foreach (var (id, request) in cases)
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => stranger.PullImageAsync(request, null, None));
            Assert.True(id == failure.ErrorId, $"{request.Reference}: {failure.ErrorId}: {failure.Message}");
            Assert.NotNull(failure.Remedy);
            Assert.DoesNotContain(LoopbackRegistry.Password, failure.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("wr0ng", failure.ToString(), StringComparison.Ordinal);
        }

        if (kind == "docker")
        {
            foreach (var (id, request) in cases) Assert.Equal(id, (await Assert.ThrowsAsync<UpgradeException>(() => stranger.InspectDistributionAsync(request, None))).ErrorId);
        }

        var pulled = await stranger.PullImageAsync(new ImagePullRequest { Reference = reference, Credential = LoopbackRegistry.Credential }, null, None);
        await engine.RemoveImageAsync(reference, force: true, None);
        Assert.StartsWith(registry.Host + "/secret/thing@sha256:", pulled.Digest, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_login_of_dockers_configuration_and_of_a_helper_is_found()
    {
        var (engine, images) = Require("docker");
        await using var registry = await LoopbackRegistry.StartAsync(logIn: true);
        var reference = registry.Reference("secret/thing:1.0");
        using var folder = new TempFolder();
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes(LoopbackRegistry.User + ":" + LoopbackRegistry.Password));
        await File.WriteAllTextAsync(folder.File("config.json"), $$"""{ "auths": { "{{registry.Host}}": { "auth": "{{auth}}" } }, "HttpHeaders": { "x": "y" } }""");
        await using (var user = ContainerEngines.Open(engine.Address, Environment(folder)))
        {
            await PushAsync(user, images, reference);
            await user.PullImageAsync(new ImagePullRequest { Reference = reference }, null, None);
        }

        await engine.RemoveImageAsync(reference, force: true, None);
        var helper = folder.File("docker-credential-umtest");
        await File.WriteAllTextAsync(helper, $"#!/bin/sh\nread server\n[ \"$1\" = get ] && [ \"$server\" = {registry.Host} ] || {{ echo credentials not found in native keychain; exit 1; }}\necho '{{\"ServerURL\":\"'$server'\",\"Username\":\"{LoopbackRegistry.User}\",\"Secret\":\"{LoopbackRegistry.Password}\"}}'\n");
        File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(folder.File("config.json"), $$"""{ "credHelpers": { "{{registry.Host}}": "umtest" } }""");
        await using (var user = ContainerEngines.Open(engine.Address, Environment(folder))) await user.PullImageAsync(new ImagePullRequest { Reference = reference }, null, None);
        await engine.RemoveImageAsync(reference, force: true, None);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task An_image_for_another_processor_is_refused_when_a_platform_is_asked_for(string kind)
    {
        var (engine, images) = Require(kind);
        await using var registry = await LoopbackRegistry.StartAsync();
        var reference = registry.Reference("group/foreign:1.0");
        await images.ScriptAsync(reference, ":", architecture: "s390x");
        await engine.PushImageAsync(new ImagePullRequest { Reference = reference }, None);
        await engine.RemoveImageAsync(reference, force: true, None);
        try
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.PullImageAsync(new ImagePullRequest { Reference = reference, Platform = "linux/amd64" }, null, None));
            Assert.Equal(("PlatformMismatch", reference), (failure.ErrorId, failure.Target));
            Assert.Equal("linux/s390x", (await engine.PullImageAsync(new ImagePullRequest { Reference = reference, Platform = "linux/s390x" }, null, None)).Image.Platform);
        }
        finally
        {
            await engine.RemoveImageAsync(reference, force: true, None);
        }
    }

    [SkippableFact]
    public async Task An_image_in_use_is_not_removed_and_a_tag_more_is_a_name_more()
    {
        var (engine, images) = Require("docker");
        var (first, second, name) = ("um-test/used-" + System.Environment.ProcessId + ":1", "um-test/used-" + System.Environment.ProcessId + ":2", Name("uses"));
        await images.ScriptAsync(first, "sleep 600");
        try
        {
            await engine.TagImageAsync(first, second, None);
            Assert.Equal((await engine.InspectImageAsync(first, None)).Id, (await engine.InspectImageAsync(second, None)).Id);
            Assert.Contains(await engine.ListImagesAsync(None), image => image.RepoTags?.Contains(second) == true);
            await engine.RemoveImageAsync(first, force: false, None);
            await engine.CreateContainerAsync(new ContainerCreateRequest { Name = name, Config = new ContainerConfig { Image = second } }, None);
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.RemoveImageAsync(second, force: false, None));
            Assert.Equal("ImageInUse", failure.ErrorId);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
            await engine.RemoveImageAsync(second, force: true, None);
        }
    }

    private static EngineEnvironment Environment(TempFolder folder) => new() { Home = "/nonexistent", Variable = name => name switch { "DOCKER_CONFIG" => folder.Path, "PATH" => folder.Path + ":/bin:/usr/bin", _ => null } };

    // An image of two layers, gone from the engine again.
    private static async Task PushAsync(IContainerEngine engine, TestImages images, string reference, RegistryCredential? credential = null, string content = "")
    {
        await images.ScriptAsync(reference, $"echo {Guid.NewGuid()}\nexit 0\n# {content}");
        var id = (await engine.InspectImageAsync(reference, None)).Id;
        await engine.PushImageAsync(new ImagePullRequest { Reference = reference, Credential = credential }, None);
        await engine.RemoveImageAsync(id, force: true, None);
        Assert.Null(await engine.FindImageAsync(reference, None));
    }
}
