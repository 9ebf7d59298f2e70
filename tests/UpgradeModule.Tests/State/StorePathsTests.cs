using UpgradeModule.Engine.State;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.State;

public class StorePathsTests
{
    [Fact]
    public void The_given_path_wins()
    {
        using var folder = new TempFolder();
        var environment = Environment(("UPGRADEMODULE_STORE", folder.File("other.db")));
        Assert.Equal(folder.File("mine.db"), StorePaths.Resolve(folder.File("mine.db"), environment, privileged: true));
    }

    [Fact]
    public void The_environment_comes_next()
    {
        using var folder = new TempFolder();
        Assert.Equal(folder.File("other.db"), StorePaths.Resolve("", Environment(("UPGRADEMODULE_STORE", folder.File("other.db"))), privileged: true));
    }

    [Fact]
    public void A_folder_gets_the_usual_file_name()
    {
        using var folder = new TempFolder();
        Assert.Equal(folder.File("store.db"), StorePaths.Resolve(folder.Path, Environment(), privileged: false));
    }

    [Fact]
    public void A_relative_path_counts_from_the_current_directory() =>
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "here.db"), StorePaths.Resolve("here.db", Environment(), privileged: false));

    [SkippableFact]
    public void Root_has_a_store_for_the_machine_and_users_their_own()
    {
        Skip.If(OperatingSystem.IsWindows(), "the folders of Unix");
        Assert.Equal("/var/lib/upgrademodule/store.db", StorePaths.Resolve(null, Environment(("HOME", "/home/a")), privileged: true));
        Assert.Equal("/home/a/.local/share/upgrademodule/store.db", StorePaths.Resolve(null, Environment(("HOME", "/home/a")), privileged: false));
        Assert.Equal("/data/upgrademodule/store.db", StorePaths.Resolve(null, Environment(("HOME", "/home/a"), ("XDG_DATA_HOME", "/data")), privileged: false));
        Assert.Equal("/home/a/.local/share/upgrademodule/store.db", StorePaths.Resolve(null, Environment(("HOME", "/home/a"), ("XDG_DATA_HOME", "data")), privileged: false));
    }

    [SkippableFact]
    public void A_user_without_a_home_is_told_to_name_a_store()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows always knows a folder");
        var failure = Assert.Throws<UpgradeException>(() => StorePaths.Resolve(null, Environment(), privileged: false));
        Assert.Equal("StoreNotWritable", failure.ErrorId);
        Assert.Contains("-StorePath", failure.Message, StringComparison.Ordinal);
        Assert.Contains("UPGRADEMODULE_STORE", failure.Message, StringComparison.Ordinal);
    }

    private static Func<string, string?> Environment(params (string Name, string Value)[] variables) => name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
