using NSubstitute;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests;

public class ReachingOpenerTests
{
    private readonly IDatabaseOpener _inner = Substitute.For<IDatabaseOpener>();
    private readonly IAppHost _host = Substitute.For<IAppHost>();
    private readonly DatabaseTarget _own = new() { Engine = DatabaseEngine.Postgres, Server = "db", Port = 5432, Name = "app", User = "app" };
    private readonly DeploymentContext _context = new() { Deployment = new AppDeployment { Name = "app", HostKind = AppHostKind.Docker } };
    private DatabaseAccess? _opened;

    [Fact]
    public async Task A_database_is_opened_where_the_host_reaches_it_with_the_same_log_ins()
    {
        var credential = new DatabaseCredential("app", "secret");
        _inner.ResolveAsync(default!, default!, default).ReturnsForAnyArgs(new DatabaseAccess { Target = _own, Credential = credential });
        _host.ReachAsync(_context, _own, Arg.Any<CancellationToken>()).Returns(_own with { Server = "127.0.0.1", Port = 15432 });

        await Opener().OpenAsync(_context, new AppSettings(), CancellationToken.None);

        Assert.Equal("127.0.0.1", _opened!.Target.Server);
        Assert.Equal(15432, _opened.Target.Port);
        Assert.Same(credential, _opened.Credential);
    }

    [Fact]
    public async Task What_is_told_and_stored_is_the_applications_own_address()
    {
        _inner.ResolveAsync(default!, default!, default).ReturnsForAnyArgs(new DatabaseAccess { Target = _own });
        _inner.Locate(default!, default!).ReturnsForAnyArgs(_own);
        Assert.Equal("db", (await Opener().ResolveAsync(_context, new AppSettings(), CancellationToken.None)).Target.Server);
        Assert.Equal("db", Opener().Locate(_context, new AppSettings()).Server);
        await _host.DidNotReceiveWithAnyArgs().ReachAsync(default!, default!, default);
    }

    [Fact]
    public async Task Where_a_database_is_reached_is_told_once()
    {
        var operation = new RecordingOperation();
        var context = _context with { Operation = operation };
        _inner.ResolveAsync(default!, default!, default).ReturnsForAnyArgs(new DatabaseAccess { Target = _own });
        _host.ReachAsync(default!, default!, default).ReturnsForAnyArgs(_own with { Server = "127.0.0.1" });
        var opener = Opener();

        await opener.OpenAsync(context, new AppSettings(), CancellationToken.None);
        await opener.OpenAsync(context, new AppSettings(), CancellationToken.None);

        Assert.Single(operation.Verboses);
    }

    private ReachingOpener Opener() => new(_inner, (access, _) =>
    {
        _opened = access;
        return Substitute.For<IAppDatabase>();
    }, _ => _host);
}
