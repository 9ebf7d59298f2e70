using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Migrations;

namespace UpgradeModule.Tests.Migrations;

public sealed class RequiredMigrationTests
{
    private static readonly AppSpec Spec = new()
    {
        Name = "sample",
        Editions = [new EditionSpec { Id = "standard", Default = true }],
        Migrations = new MigrationSpec
        {
            Table = "migrations",
            Required = [new() { From = "11.3.5", Name = "c" }, new() { From = "10.13.4", Name = "a" }, new() { From = "11.0.0", Name = "b" }],
        },
    };

    [Theory]
    [InlineData("10.13.4", null)]
    [InlineData("10.99.0", null)]
    [InlineData("11.0.0", "b")]
    [InlineData("11.3.4", "b")]
    [InlineData("11.3.5", "c")]
    [InlineData("12.0.0", "c")]
    public void A_version_needs_the_migration_of_the_newest_version_at_or_below_it(string version, string? missing) =>
        Assert.Equal(missing, Missing(Spec, version, "z", "a"));

    [Fact]
    public void A_version_below_all_of_them_needs_none() => Assert.Null(Missing(Spec, "10.13.2"));

    [Fact]
    public void A_database_that_records_nothing_is_not_migrated() => Assert.Equal("a", Missing(Spec, "10.13.4"));

    [Fact]
    public void Names_are_compared_exactly() => Assert.Equal("a", Missing(Spec, "10.13.4", "A", "aa"));

    [Fact]
    public void A_definition_that_demands_none_is_satisfied()
    {
        Assert.Null(Missing(Spec with { Migrations = new MigrationSpec() }, "11.3.5"));
        Assert.Null(Missing(Spec with { Migrations = null }, "11.3.5"));
    }

    private static string? Missing(AppSpec spec, string version, params string[] names) =>
        RequiredMigration.Missing(spec, AppVersion.Parse(version), new MigrationState { Names = names });
}
