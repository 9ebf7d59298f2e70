using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Images of the stand-in, in a registry on the loopback under the names that Metabase's have.</summary>
internal sealed class StandInImages(IContainerEngine engine, LoopbackRegistry registry) : IAsyncDisposable
{
    private readonly List<string> _made = [];

    /// <summary>Makes a version's image, pushes it and forgets it here, so that it has to be pulled.</summary>
    /// <param name="version">As the edition writes it: 0.50.36, 1.50.36.</param>
    /// <param name="keep">Whether it is kept here too.</param>
    /// <returns>Its reference.</returns>
    public async Task<string> PushAsync(string version, bool keep = false)
    {
        var reference = registry.Reference($"{(version[0] == '1' ? "metabase/metabase-enterprise" : "metabase/metabase")}:v{version}");
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("metabase.jar"), await StandInJar.MakeAsync(version));
        await new TestImages(engine).MakeAsync(new TestImage
        {
            Reference = reference,
            Layers =
            [
                // As Metabase's own entrypoint does it, a second word of the command is lost.
                BusyBox(),
                await JavaFiles.LayerAsync(),
                TestLayer.OfTexts(new Dictionary<string, string> { ["/app/run_metabase.sh"] = "#!/bin/sh\nexec /bin/sh -c \"exec java -jar /app/metabase.jar $@\"\n" }),
                TestLayer.OfFiles(new Dictionary<string, string> { ["/app/metabase.jar"] = folder.File("metabase.jar") }),
            ],
            Config = new ContainerConfig
            {
                Entrypoint = ["/app/run_metabase.sh"],
                Env = ["PATH=/bin:" + JavaFiles.Inside + "/bin", "JAVA_HOME=" + JavaFiles.Inside, "FC_LANG=en-US", "LC_ALL=C.UTF-8", "MB_STANDIN_IMAGE=" + version],
                ExposedPorts = new Dictionary<string, System.Text.Json.JsonElement> { ["3000/tcp"] = TestImages.Empty },
            },
        });
        await engine.PushImageAsync(new ImagePullRequest { Reference = reference }, default);
        _made.Add(reference);
        if (!keep) await engine.RemoveImageAsync(reference, force: true, default);
        return reference;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reference in _made)
        {
            if (await engine.FindImageAsync(reference, default) is not null) await engine.RemoveImageAsync(reference, force: true, default);
        }
    }

    private static TestLayer BusyBox()
    {
        var program = BackgroundProgram.Find("busybox");
        Skip.If(program is null || !SystemLibraries.IsStatic(program), "No static busybox is installed (Debian: busybox-static).");
        return TestLayer.OfBusyBox(program!);
    }
}
