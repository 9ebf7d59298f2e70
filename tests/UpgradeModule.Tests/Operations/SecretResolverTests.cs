using NSubstitute;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Operations;

public sealed class SecretResolverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("um-secret-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_environment_variable_gives_its_value()
    {
        var name = "UM_TEST_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(name, "s3cret:with@signs ");
        try
        {
            Assert.Equal("s3cret:with@signs ", await Resolve("env:" + name));
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Theory]
    [InlineData("s3cret\n", "s3cret")]
    [InlineData("s3cret\r\n", "s3cret")]
    [InlineData(" s3cret ", " s3cret ")]
    public async Task A_file_gives_its_content_without_the_line_end(string content, string secret)
    {
        var path = Path.Combine(_folder, "password");
        File.WriteAllText(path, content);
        Assert.Equal(secret, await Resolve("file:" + path));
    }

    [Theory]
    [InlineData("secret:db", "db", null)]
    [InlineData("secret:db@prod", "db", "prod")]
    [InlineData("SECRET:me@here@prod", "me@here", "prod")]
    public async Task A_vault_is_asked_for_the_name(string reference, string name, string? vault)
    {
        var operation = Substitute.For<IOperationContext>();
        operation.GetSecretAsync(name, vault, Arg.Any<CancellationToken>()).Returns("s3cret");
        Assert.Equal("s3cret", await SecretResolver.ResolveAsync(reference, operation, CancellationToken.None));
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("")]
    [InlineData("pa:hunter2")]
    [InlineData("env:hunter2 $")]
    [InlineData("env:")]
    [InlineData("file:hunter2")]
    [InlineData("secret:@hunter2")]
    [InlineData("secret:")]
    public async Task What_is_no_reference_is_refused_and_not_repeated(string text)
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Resolve(text));
        Assert.Equal("SecretReferenceInvalid", failure.ErrorId);
        Assert.DoesNotContain("hunter2", failure.ToString() + failure.Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        var empty = Path.Combine(_folder, "empty");
        File.WriteAllText(empty, "\n");
        foreach (var reference in new[] { "env:UM_TEST_NEVER_SET", "file:" + Path.Combine(_folder, "none"), "file:" + empty })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => Resolve(reference));
            Assert.Equal("SecretNotFound", failure.ErrorId);
            Assert.Equal(reference, failure.Target);
        }
    }

    private static Task<string> Resolve(string reference) =>
        SecretResolver.ResolveAsync(reference, NullOperationContext.Instance, CancellationToken.None);
}
