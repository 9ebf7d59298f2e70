using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Tests.Support;

/// <summary>
/// Makes small images in an engine, Docker or Podman, without a builder and without a registry: each is written as <c>docker save</c> would and loaded. They
/// are named <c>um-test/…</c> and stay, so that the next test has them at once.
/// </summary>
internal sealed class TestImages(IContainerEngine engine)
{
    private static readonly Lazy<TestLayer> BusyBoxLayer = new(() => TestLayer.OfBusyBox(RequireBusyBox()));
    private static readonly Lazy<TestLayer> RuntimeLayer = new(DotNetFiles.Layer);

    /// <summary>An image with busybox alone: a shell, sleep, httpd, wget.</summary>
    public Task<string> BusyBoxAsync() => MakeAsync(new TestImage { Reference = "um-test/busybox:1", Layers = [BusyBoxLayer.Value], Config = new ContainerConfig { Cmd = ["/bin/sh"] } });

    /// <summary>An image of busybox with a script as its entry point, and whatever a test wants of its configuration.</summary>
    /// <param name="reference">Its name; give each test its own repository and remove it, or use <c>um-test/…</c>.</param>
    /// <param name="script">The script, run by /bin/sh; put <c>exec</c> before what runs long, so that signals reach it.</param>
    /// <param name="config">The configuration; Entrypoint is the script where it has none.</param>
    /// <param name="architecture">The processor that it says it is for; this machine's where <see langword="null"/>.</param>
    public Task<string> ScriptAsync(string reference, string script, ContainerConfig? config = null, string? architecture = null)
    {
        config ??= new ContainerConfig();
        var image = new TestImage { Reference = reference, Layers = [BusyBoxLayer.Value, TestLayer.OfTexts(new Dictionary<string, string> { ["/run.sh"] = "#!/bin/sh\n" + script + "\n" })], Config = config.Entrypoint is null ? config with { Entrypoint = ["/run.sh"] } : config };
        return MakeAsync(architecture is null ? image : image with { Architecture = architecture });
    }

    /// <summary>
    /// The sample app as an image, <c>um-test/sampleapp-…:1.1.0</c> (each checkout of the repository has its own): the program at <c>/app/sampleapp</c>, listening on port 8090 on all addresses, its SQLite file in
    /// the volume <c>/data</c> where no database is set, <c>SAMPLEAPP_IMAGE_VERSION</c> in its environment and a label <c>version</c>.
    /// </summary>
    /// <param name="version">1.0.0, 1.1.0 or 2.0.0.</param>
    /// <param name="repository">Another repository; a registry's (<c>127.0.0.1:5000/sampleapp</c>) to push it there.</param>
    public async Task<string> SampleAppAsync(string version, string? repository = null)
    {
        repository ??= "um-test/sampleapp-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Apps.Definitions.Root)))[..8].ToLowerInvariant();
        var program = TestLayer.OfFiles(new Dictionary<string, string> { ["/app/sampleapp"] = await SampleApps.FileAsync(version) });
        return await MakeAsync(new TestImage
        {
            Reference = $"{repository}:{version}",
            Layers = [BusyBoxLayer.Value, RuntimeLayer.Value, program],
            Config = new ContainerConfig
            {
                Entrypoint = ["/app/sampleapp"],
                WorkingDir = "/data",
                Env = ["PATH=/bin:/app", "DOTNET_ROOT=" + DotNetFiles.Inside, "DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net", "SAMPLEAPP_LISTEN=any", "SAMPLEAPP_IMAGE_VERSION=" + version],
                Labels = new Dictionary<string, string> { ["version"] = version },
                ExposedPorts = new Dictionary<string, JsonElement> { ["8090/tcp"] = Empty },
                Volumes = new Dictionary<string, JsonElement> { ["/data"] = Empty },
            },
        });
    }

    /// <summary>
    /// PostgreSQL as an image, <c>um-test/postgres:15</c>, made of this machine's own programs: it takes POSTGRES_PASSWORD, POSTGRES_USER and POSTGRES_DB as the
    /// official one does, listens on 5432, and keeps its data in the volume <c>/var/lib/postgresql/data</c>. Skips the test where they aren't installed.
    /// </summary>
    /// <param name="major">The major.</param>
    public Task<string> PostgresAsync(int major = 15) => MakeAsync(new TestImage
    {
        Reference = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"um-test/postgres:{major}"),
        Layers = [BusyBoxLayer.Value, .. PostgresFiles.Layers(major)],
        Config = new ContainerConfig
        {
            Entrypoint = ["/entrypoint.sh"],
            Cmd = ["postgres"],
            User = "app",
            Env = ["PATH=/bin:" + PostgresFiles.Programs(major), "PGDATA=/var/lib/postgresql/data"],
            ExposedPorts = new Dictionary<string, JsonElement> { ["5432/tcp"] = Empty },
            Volumes = new Dictionary<string, JsonElement> { ["/var/lib/postgresql/data"] = Empty },
        },
    });

    /// <summary>The empty object that the API has for the members of a set.</summary>
    public static JsonElement Empty { get; } = JsonDocument.Parse("{}").RootElement;

    /// <summary>Makes an image and loads it. One that is there and the same is kept.</summary>
    public async Task<string> MakeAsync(TestImage image)
    {
        var document = new JsonObject
        {
            ["architecture"] = image.Architecture,
            ["os"] = "linux",
            ["created"] = "2026-01-01T00:00:00Z",
            ["config"] = JsonSerializer.SerializeToNode(image.Config, EngineJson.Default.ContainerConfig),
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. image.Layers.Select(layer => (JsonNode)("sha256:" + layer.Digest))]) },
            ["history"] = new JsonArray([.. image.Layers.Select(_ => (JsonNode)new JsonObject { ["created"] = "2026-01-01T00:00:00Z", ["created_by"] = "test" })]),
        };
        var config = Encoding.UTF8.GetBytes(document.ToJsonString());
        var id = Convert.ToHexString(SHA256.HashData(config)).ToLowerInvariant();
        var before = await engine.FindImageAsync(image.Reference, CancellationToken.None);
        if (before?.Id.EndsWith(id, StringComparison.Ordinal) == true) return image.Reference;
        // Podman calls a short name localhost/… when it loads one, and Docker Hub's when it is asked for one.
        var podman = (await engine.GetVersionAsync(CancellationToken.None)).IsPodman;
        var name = podman && !image.Reference.Split('/')[0].Contains('.', StringComparison.Ordinal) ? "docker.io/" + image.Reference : image.Reference;
        var manifest = new JsonArray(new JsonObject { ["Config"] = id + ".json", ["RepoTags"] = new JsonArray(name), ["Layers"] = new JsonArray([.. image.Layers.Select(layer => (JsonNode)(layer.Digest + "/layer.tar"))]) });
        using var file = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 65536, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        await using (var writer = new TarWriter(file, TarEntryFormat.Pax, leaveOpen: true))
        {
            await WriteAsync(writer, id + ".json", new MemoryStream(config));
            foreach (var layer in image.Layers) await WriteAsync(writer, layer.Digest + "/layer.tar", layer.Open());
            await WriteAsync(writer, "manifest.json", new MemoryStream(Encoding.UTF8.GetBytes(manifest.ToJsonString())));
        }

        file.Position = 0;
        await engine.LoadImagesAsync(file, CancellationToken.None);
        if (before is not null) await ForgetAsync(before.Id);
        return image.Reference;
    }

    // What was replaced is not left behind without a name, unless somebody uses it.
    private async Task ForgetAsync(string id)
    {
        try
        {
            await engine.RemoveImageAsync(id, force: false, CancellationToken.None);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ImageInUse")
        {
        }
    }

    private static string RequireBusyBox()
    {
        var busybox = BackgroundProgram.Find("busybox");
        Skip.If(busybox is null, "busybox is not installed (Debian: busybox-static).");
        Skip.IfNot(SystemLibraries.IsStatic(busybox!), "busybox is not the static one (Debian: busybox-static).");
        return busybox!;
    }

    private static Task WriteAsync(TarWriter writer, string name, Stream content) => writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
}
