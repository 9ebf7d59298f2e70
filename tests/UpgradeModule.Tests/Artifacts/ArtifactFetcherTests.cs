using System.IO.Compression;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Deployments;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Artifacts;

public sealed class ArtifactFetcherTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ArtifactFetcher _fetcher = new();
    private readonly RecordingOperation _told = new();

    private string Destination => _folder.File("fetched");

    public void Dispose()
    {
        _fetcher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_JAR_is_downloaded_verified_by_its_version_and_found_again()
    {
        var jar = Jar("v0.50.12");
        string? asked = null;
        using var server = new LoopbackServer(async context =>
        {
            asked = context.Request.Url!.AbsolutePath;
            context.Response.ContentLength64 = jar.Length;
            await context.Response.OutputStream.WriteAsync(jar);
        });
        var artifact = await FetchAsync(Request("0.50.12", server.Url + "/"));
        Assert.Equal("/v0.50.12/metabase.jar", asked);
        Assert.Equal(Path.Combine(Destination, "metabase-0.50.12.jar"), artifact.Path);
        Assert.Equal("EmbeddedVersion", artifact.VerifiedBy);
        Assert.False(artifact.Cached);
        Assert.Equal(jar, await File.ReadAllBytesAsync(artifact.Path));

        var again = await FetchAsync(Request("0.50.12", server.Url));
        Assert.True(again.Cached);
        Assert.Equal(1, server.Requests);

        // One that was damaged since is fetched again.
        await File.WriteAllBytesAsync(artifact.Path, [.. jar, 0]);
        Assert.False((await FetchAsync(Request("0.50.12", server.Url))).Cached);
        Assert.Equal(jar, await File.ReadAllBytesAsync(artifact.Path));
    }

    [Fact]
    public async Task A_checksum_is_checked_and_vouches_too()
    {
        var jar = Jar("v0.50.12");
        using var server = Serve(jar);
        var right = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(jar));
        Assert.Equal("Checksum,EmbeddedVersion", (await FetchAsync(Request("0.50.12", server.Url) with { Sha256 = right })).VerifiedBy);

        var failure = await FailAsync(Request("0.50.12", server.Url) with { Sha256 = new string('0', 64), Destination = _folder.File("other") });
        Assert.Equal("ArtifactChecksumMismatch", failure.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File("other")));
    }

    [Theory]
    [InlineData("v0.50.13", "ArtifactVersionMismatch")]
    [InlineData(null, "ArtifactUnreadable")]
    public async Task What_is_another_version_or_no_artifact_leaves_nothing(string? tag, string errorId)
    {
        using var server = Serve(tag is null ? "<html>Not here</html>"u8.ToArray() : Jar(tag));
        var failure = await FailAsync(Request("0.50.12", server.Url));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Destination));
    }

    [Theory]
    [InlineData(404, "ArtifactNotFound", 1)]
    [InlineData(403, "ArtifactDownloadFailed", 1)]
    [InlineData(503, "ArtifactDownloadFailed", 3)]
    public async Task A_server_s_refusal_is_told_and_only_what_may_pass_is_tried_again(int status, string errorId, int requests)
    {
        using var server = LoopbackServer.Of(_ => (status, "no"));
        var failure = await FailAsync(Request("0.50.12", server.Url));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Equal(requests, server.Requests);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Destination));
    }

    [Fact]
    public async Task A_download_that_breaks_off_is_tried_again()
    {
        var jar = Jar("v0.50.12");
        var requests = 0;
        using var server = new LoopbackServer(async context =>
        {
            context.Response.ContentLength64 = jar.Length;
            if (++requests == 1)
            {
                await context.Response.OutputStream.WriteAsync(jar.AsMemory(0, 10));
                await context.Response.OutputStream.FlushAsync();
                context.Response.Abort();
                return;
            }

            await context.Response.OutputStream.WriteAsync(jar);
        });
        var artifact = await FetchAsync(Request("0.50.12", server.Url));
        Assert.Equal(jar, await File.ReadAllBytesAsync(artifact.Path));
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task A_cancelled_download_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new LoopbackServer(async context =>
        {
            context.Response.ContentLength64 = 1000;
            await context.Response.OutputStream.WriteAsync(new byte[10]);
            await context.Response.OutputStream.FlushAsync();
            await cancel.CancelAsync();
            await Task.Delay(3000);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _fetcher.FetchAsync(Definitions.Metabase, Request("0.50.12", server.Url), _told, cancel.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Destination));
    }

    [Fact]
    public async Task An_address_s_log_in_is_in_no_message_and_no_record()
    {
        using var server = LoopbackServer.Of(_ => (404, ""));
        var address = server.Url.Replace("http://", "http://me:hunter22@", StringComparison.Ordinal) + "/metabase.jar?token=hunter22";
        var failure = await FailAsync(Request("0.50.12", null) with { Path = address });
        Assert.DoesNotContain("hunter22", failure + failure.Target?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_a_file_address_and_a_folder_serve_as_well()
    {
        var file = _folder.File("my.jar");
        await File.WriteAllBytesAsync(file, Jar("v0.50.12"));
        var inPlace = await FetchAsync(Request("0.50.12", null) with { Path = file, Destination = "" });
        Assert.Equal(file, inPlace.Path);
        Assert.True(inPlace.Cached);

        var copied = await FetchAsync(Request("0.50.12", null) with { Path = new Uri(file).AbsoluteUri });
        Assert.Equal(Path.Combine(Destination, "metabase-0.50.12.jar"), copied.Path);
        Assert.True(File.Exists(file));

        var fromFolder = await FetchAsync(Request("0.50.12", null) with { Path = Destination, Destination = "" });
        Assert.Equal(copied.Path, fromFolder.Path);
        Assert.Equal("ArtifactNotFound", (await FailAsync(Request("0.50.13", null) with { Path = Destination })).ErrorId);
        Assert.Equal("ArtifactNotFound", (await FailAsync(Request("0.50.13", null) with { Path = file + ".no" })).ErrorId);
    }

    [Fact]
    public async Task A_given_file_is_verified_itself_even_where_the_version_was_fetched_before()
    {
        var right = _folder.File("right.jar");
        var wrong = _folder.File("wrong.jar");
        await File.WriteAllBytesAsync(right, Jar("v0.50.12"));
        await File.WriteAllBytesAsync(wrong, Jar("v0.50.11"));
        var fetched = await FetchAsync(Request("0.50.12", null) with { Path = right });

        Assert.Equal("ArtifactVersionMismatch", (await FailAsync(Request("0.50.12", null) with { Path = wrong })).ErrorId);
        Assert.Equal(await File.ReadAllBytesAsync(right), await File.ReadAllBytesAsync(fetched.Path));

        // The same file again needs no second copy.
        Assert.True((await FetchAsync(Request("0.50.12", null) with { Path = right })).Cached);
    }

    [Fact]
    public async Task A_program_is_asked_for_its_version()
    {
        var request = new ArtifactRequest { Version = AppVersion.Parse("1.1.0"), Edition = "standard", BaseUrl = await SampleApps.FolderAsync(), Destination = Destination };
        var artifact = await _fetcher.FetchAsync(SampleApps.Spec, request, _told, CancellationToken.None);
        Assert.Equal("1.1.0", artifact.Version.Text);
        Assert.StartsWith("sampleapp-1.1.0", Path.GetFileName(artifact.Path), StringComparison.Ordinal);
        var wrong = request with { Path = await SampleApps.FileAsync("1.0.0"), Destination = _folder.File("wrong") };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _fetcher.FetchAsync(SampleApps.Spec, wrong, _told, CancellationToken.None));
        Assert.Equal("ArtifactVersionMismatch", failure.ErrorId);
    }

    [Fact]
    public async Task A_script_tells_its_version_in_its_own_text()
    {
        var spec = new EmbeddedVersionSpec { Pattern = @"/(?<version>\d+\.\d+\.\d+)/cli\.js" };
        var script = _folder.File("app.mjs");
        await File.WriteAllTextAsync(script, "import '/srv/app/11.3.5/cli.js';\n");
        Assert.Equal("11.3.5", (await EmbeddedVersion.ReadAsync(spec, script, CancellationToken.None))?.Text);
        await File.WriteAllTextAsync(script, new string('x', 200_000) + "/srv/app/11.3.5/cli.js");
        Assert.Null(await EmbeddedVersion.ReadAsync(spec, script, CancellationToken.None));
        await File.WriteAllBytesAsync(script, [0xff, 0xfe, 0, 1, 2]);
        Assert.Null(await EmbeddedVersion.ReadAsync(spec, script, CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_full_disk_is_told_before_the_download_and_during_it()
    {
        using var disk = new SmallDisk(2);
        disk.Require();
        using var known = Serve(new byte[3_000_000]);
        var failure = await FailAsync(Request("0.50.12", known.Url) with { Destination = Path.Combine(disk.Path, "d") });
        Assert.Equal("DiskFull", failure.ErrorId);
        using var unknown = new LoopbackServer(async context =>
        {
            context.Response.SendChunked = true;
            for (var i = 0; i < 30; i++) await context.Response.OutputStream.WriteAsync(new byte[100_000]);
        });
        failure = await FailAsync(Request("0.50.12", unknown.Url) with { Destination = Path.Combine(disk.Path, "d") });
        Assert.Equal("DiskFull", failure.ErrorId);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(disk.Path, "d")));
    }

    [Fact]
    public async Task An_update_swaps_a_stopped_deployment_s_artifact()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var service = new ArtifactService(NSubstitute.Substitute.For<IDefinitionCatalog>(), _fetcher, scene.Hosts);
        var request = new ArtifactRequest { Version = AppVersion.Parse("1.1.0"), BaseUrl = await SampleApps.FolderAsync() };
        await scene.StartAsync();
        Assert.Equal("ServiceRunning", (await Assert.ThrowsAsync<UpgradeException>(() => service.UpdateAsync(scene.Context, request, CancellationToken.None))).ErrorId);
        Assert.False(Directory.Exists(Path.Combine(scene.Folder, ".upgrademodule", "artifacts")));
        await scene.StopAsync();

        await using (await scene.Host.LockAsync(scene.Context, "another", CancellationToken.None))
        {
            Assert.Equal("DeploymentLocked", (await Assert.ThrowsAsync<UpgradeException>(() => service.UpdateAsync(scene.Context, request, CancellationToken.None))).ErrorId);
        }

        var updated = await service.UpdateAsync(scene.Context, request, CancellationToken.None);
        Assert.Equal("1.1.0", updated.Version?.Text);
        Assert.Equal("1.1.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, CancellationToken.None))?.Text);
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(scene.Folder, ".upgrademodule", "scene", "kept")));
        await service.UpdateAsync(scene.Context, request, CancellationToken.None);
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(scene.Folder, ".upgrademodule", "scene", "kept")));
        var another = request with { Path = await SampleApps.FileAsync("1.0.0") };
        Assert.Equal("ArtifactVersionMismatch", (await Assert.ThrowsAsync<UpgradeException>(() => service.UpdateAsync(scene.Context, another, CancellationToken.None))).ErrorId);
    }

    private static byte[] Jar(string tag)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var writer = new StreamWriter(archive.CreateEntry("version.properties").Open());
            writer.Write($"date=2024-07-12\nhash=abc1234\ntag={tag}\n");
        }

        return stream.ToArray();
    }

    private static LoopbackServer Serve(byte[] bytes) => new(async context =>
    {
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes);
    });

    private ArtifactRequest Request(string version, string? baseUrl) => new() { Version = AppVersion.Parse(version), Edition = "oss", BaseUrl = baseUrl, Destination = Destination };

    private Task<AppArtifact> FetchAsync(ArtifactRequest request) => _fetcher.FetchAsync(Definitions.Metabase, request, _told, CancellationToken.None);

    private Task<UpgradeException> FailAsync(ArtifactRequest request) => Assert.ThrowsAsync<UpgradeException>(() => FetchAsync(request));
}
