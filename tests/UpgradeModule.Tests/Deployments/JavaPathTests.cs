using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

public class JavaPathTests
{
    private static readonly AppSpec s_spec = SampleApps.Spec with
    {
        Requirements = [new() { Name = "java", From = "0", Minimum = "8" }, new() { Name = "java", From = "1.1.0", Minimum = "11" }, new() { Name = "java", From = "2.0.0", Minimum = "21" }],
    };

    [SkippableTheory]
    [InlineData("1.0.0", "8")]
    [InlineData("1.1.0", "17")]
    [InlineData("2.0.0", "own")]
    public async Task Each_version_is_started_with_the_lowest_java_that_fits_it_else_with_the_deployments_own(string version, string expected)
    {
        await using var scene = await CreateAsync(version);
        await scene.StartAsync();
        Assert.Equal(expected, (await File.ReadAllTextAsync(Path.Combine(scene.Folder, "used"))).Trim());
    }

    [SkippableFact]
    public async Task The_version_that_lies_there_counts_and_not_the_one_that_a_record_tells()
    {
        await using var scene = await CreateAsync("1.1.0");
        scene.Context = scene.Context with { Deployment = scene.Context.Deployment with { Version = AppVersion.Parse("1.0.0") } };
        await scene.StartAsync();
        Assert.Equal("17", (await File.ReadAllTextAsync(Path.Combine(scene.Folder, "used"))).Trim());
    }

    [SkippableFact]
    public async Task A_command_that_is_run_once_and_says_java_runs_on_the_same()
    {
        await using var scene = await CreateAsync("1.1.0");
        var command = new OneOffCommand { Command = ["java", "echo"], Version = AppVersion.Parse("1.1.0"), Purpose = "a test" };
        await scene.Host.RunOnceAsync(scene.Context, command, null, CancellationToken.None);
        Assert.Equal("17", (await File.ReadAllTextAsync(Path.Combine(scene.Folder, "used"))).Trim());
    }

    [SkippableFact]
    public async Task A_java_that_fits_and_is_not_there_is_named_before_anything_starts()
    {
        await using var scene = await CreateAsync("1.1.0");
        File.Delete(scene.Context.Deployment.Settings.JavaPath["17"]);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.FindJavaAsync(scene.Context, AppVersion.Parse("1.1.0"), CancellationToken.None));
        Assert.Equal("JavaNotFound", failure.ErrorId);
        Assert.Contains("17", failure.Message);
    }

    [SkippableFact]
    public async Task A_script_that_is_no_java_chooses_its_java_itself()
    {
        await using var scene = await CreateAsync("1.1.0");
        scene.With(settings => settings with { Command = "{artifact}", Arguments = [] });
        Assert.Null(await scene.Host.FindJavaAsync(scene.Context, AppVersion.Parse("1.1.0"), CancellationToken.None));
    }

    [SkippableFact]
    public async Task No_java_need_be_on_the_path_where_the_deployment_names_its_own()
    {
        await using var scene = await CreateAsync("1.1.0");
        scene.With(settings => settings with { Command = Path.Combine(scene.Folder, "nowhere", "java") });
        Assert.Equal(scene.Context.Deployment.Settings.JavaPath["17"], await scene.Host.FindJavaAsync(scene.Context, AppVersion.Parse("1.1.0"), CancellationToken.None));
    }

    private static async Task<ProcessScene> CreateAsync(string version)
    {
        Skip.If(OperatingSystem.IsWindows(), "The stand-ins for Java are shell scripts.");
        var scene = await ProcessScene.CreateAsync(version);
        scene.Context = scene.Context with { Spec = s_spec };
        scene.With(settings => settings with
        {
            Command = Java(scene, "own"),
            Arguments = ["{artifact}"],
            JavaPath = new Dictionary<string, string> { ["17"] = Java(scene, "17"), ["8"] = Java(scene, "8") },
        });
        return scene;
    }

    // It stands in for Java: it notes that it was used and runs what it is given.
    private static string Java(ProcessScene scene, string name)
    {
        var path = Path.Combine(scene.Folder, "jvm-" + name, "java");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\necho {name} > '{scene.Folder}/used'\nexec \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
