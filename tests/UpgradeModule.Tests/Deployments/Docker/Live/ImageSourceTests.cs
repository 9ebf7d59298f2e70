using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>Images from a registry: pulled, pinned, refused.</summary>
[Collection("Containers")]
public class ImageSourceTests(ContainerEngineFixture docker)
{
    [SkippableFact]
    public async Task A_version_comes_from_the_registry_that_the_present_one_came_from_and_is_pinned_to_its_digest()
    {
        docker.Require();
        await using var registry = await LoopbackRegistry.StartAsync();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        scene.Spec = scene.Spec with { Image = new ImageSpec { Repositories = new Dictionary<string, string> { ["standard"] = "acme/thing" }, Tag = "{version}" } };
        var (first, second) = (await PushAsync(scene, registry, "1.0.0"), await PushAsync(scene, registry, "2.0.0"));
        await scene.CreateAsync(image: first);
        var request = new SourceRequest { Version = AppVersion.Parse("2.0.0") };

        var before = await scene.Host.CheckSourceAsync(scene.Context, request, default);
        Assert.Equal((null, second), (before.Problem, before.Target));
        Assert.Null(await docker.Engine.FindImageAsync(second, default));
        var source = await scene.Host.FetchAsync(scene.Context, request, default);

        var image = source.Image!;
        Assert.Equal((second, "thing", "standard", false, false), (image.Reference, image.App, image.Edition, image.Mutable, image.Cached));
        Assert.StartsWith(registry.Reference("acme/thing") + "@sha256:", image.Digest);
        await scene.Host.SwapAsync(scene.Context, source, "run/2.0.0", default);
        Assert.Equal(image.Digest, (await docker.Engine.InspectContainerAsync(scene.Name, default)).Config!.Image);
        Assert.Equal("2.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, default))!.Text);
        Assert.True((await scene.Host.FetchAsync(scene.Context, request, default)).Image!.Cached);

        var missing = await scene.Host.CheckSourceAsync(scene.Context, new SourceRequest { Version = AppVersion.Parse("3.0.0") }, default);
        Assert.Contains("3.0.0", missing.Problem);
        Assert.Equal("ImageNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.FetchAsync(scene.Context, new SourceRequest { Version = AppVersion.Parse("3.0.0") }, default))).ErrorId);
        Assert.Equal("RegistryUnreachable", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.FetchAsync(scene.Context, request with { Version = AppVersion.Parse("3.0.0"), Registry = "127.0.0.1:1" }, default))).ErrorId);
        await CleanAsync(registry, first, second);
    }

    [SkippableFact]
    public async Task A_tag_that_moves_is_warned_of_and_pinned()
    {
        docker.Require();
        await using var registry = await LoopbackRegistry.StartAsync();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync();
        var second = await PushAsync(scene, registry, "2.0.0", "latest");
        var request = new SourceRequest { Version = AppVersion.Parse("2.0.0"), Image = second };

        var check = await scene.Host.CheckSourceAsync(scene.Context, request, default);
        var source = await scene.Host.FetchAsync(scene.Context, request, default);

        Assert.Contains("moves", check.Warning);
        Assert.True(source.Image!.Mutable);
        Assert.Contains(scene.Operation.Warnings, warning => warning.Contains("moves", StringComparison.Ordinal) && warning.Contains(source.Image.Digest, StringComparison.Ordinal));
        await CleanAsync(registry, second);
    }

    [SkippableFact]
    public async Task An_image_for_another_platform_is_refused()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync();
        await docker.Images.ScriptAsync(scene.Repository + ":2.0.0", "true", null, "s390x");
        var request = new SourceRequest { Version = AppVersion.Parse("2.0.0") };

        Assert.Contains("linux/s390x", (await scene.Host.CheckSourceAsync(scene.Context, request, default)).Problem);
        Assert.Equal("PlatformMismatch", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.FetchAsync(scene.Context, request, default))).ErrorId);
        await docker.Engine.RemoveImageAsync(scene.Repository + ":2.0.0", true, default);
    }

    private static async Task<string> PushAsync(DockerScene scene, LoopbackRegistry registry, string version, string? tag = null)
    {
        var reference = registry.Reference($"acme/thing:{tag ?? version}");
        await scene.Engine.TagImageAsync(await scene.ImageAsync(version), reference, default);
        await scene.Engine.PushImageAsync(new ImagePullRequest { Reference = reference }, default);
        if (version == "1.0.0") return reference;
        await scene.Engine.RemoveImageAsync(reference, false, default);
        await scene.Engine.RemoveImageAsync($"{scene.Repository}:{version}", false, default);
        return reference;
    }

    private async Task CleanAsync(LoopbackRegistry registry, params string[] references)
    {
        foreach (var container in await docker.Engine.ListContainersAsync(new ContainerQuery(), default))
        {
            if (container.Image?.StartsWith(registry.Host, StringComparison.Ordinal) == true) await docker.Engine.RemoveContainerAsync(container.Id, true, true, default);
        }

        foreach (var image in await docker.Engine.ListImagesAsync(default))
        {
            foreach (var name in (image.RepoTags ?? []).Concat(image.RepoDigests ?? []).Where(name => name.StartsWith(registry.Host, StringComparison.Ordinal) || references.Contains(name))) await docker.Engine.RemoveImageAsync(name, true, default);
        }
    }
}
