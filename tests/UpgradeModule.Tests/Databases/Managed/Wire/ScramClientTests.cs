using System.Security.Cryptography;
using System.Text;
using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

namespace UpgradeModule.Tests.Databases.Managed.Wire;

/// <summary>The client believes no server that doesn't know the password.</summary>
public class ScramClientTests
{
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst = $"r={Nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    [Fact]
    public void A_server_that_knows_the_password_is_believed_and_no_other()
    {
        var client = new ScramClient(["SCRAM-SHA-256"], null, Nonce);
        Assert.Equal($"n,,n=,r={Nonce}", client.First);
        var answer = client.Answer(ServerFirst, "pencil");
        // By the words of RFC 5802, from the server's side.
        var salted = Rfc2898DeriveBytes.Pbkdf2("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096, HashAlgorithmName.SHA256, 32);
        var last = answer[..answer.LastIndexOf(",p=", StringComparison.Ordinal)];
        var exchange = Encoding.UTF8.GetBytes($"n=,r={Nonce},{ServerFirst},{last}");
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, Encoding.ASCII.GetBytes("Client Key")));
        var key = Convert.FromBase64String(answer[(answer.LastIndexOf(",p=", StringComparison.Ordinal) + 3)..]).Zip(HMACSHA256.HashData(stored, exchange), (proof, signature) => (byte)(proof ^ signature)).ToArray();
        Assert.Equal(stored, SHA256.HashData(key));
        Assert.StartsWith("c=biws,", last, StringComparison.Ordinal);
        client.Check("v=" + Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, Encoding.ASCII.GetBytes("Server Key")), exchange)));
        Assert.Throws<WireUnusableException>(() => client.Check("v=" + Convert.ToBase64String(new byte[32])));
        Assert.Throws<WireUnusableException>(() => client.Check("e=other-error"));
    }

    [Theory]
    [InlineData("r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=" + Nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=" + Nonce + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0")]
    [InlineData("r=" + Nonce + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")]
    [InlineData("r=" + Nonce + "x,s=***,i=4096")]
    [InlineData("")]
    public void What_a_server_must_not_say_ends_it(string message) =>
        Assert.Throws<WireUnusableException>(() => new ScramClient(["SCRAM-SHA-256"], null, Nonce).Answer(message, "pencil"));

    [Fact]
    public void A_certificate_is_bound_where_that_is_offered_and_a_server_that_hides_the_offer_is_told()
    {
        var bound = new ScramClient(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"], [1, 2, 3], Nonce);
        Assert.Equal(("SCRAM-SHA-256-PLUS", $"p=tls-server-end-point,,n=,r={Nonce}"), (bound.Mechanism, bound.First));
        Assert.StartsWith($"y,,n=,r={Nonce}", new ScramClient(["SCRAM-SHA-256"], [1, 2, 3], Nonce).First, StringComparison.Ordinal);
        Assert.StartsWith("n,,", new ScramClient(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"], null, Nonce).First, StringComparison.Ordinal);
        Assert.Throws<WireUnusableException>(() => new ScramClient(["SCRAM-SHA-256-PLUS"], null, Nonce));
        Assert.Throws<WireUnusableException>(() => new ScramClient(["OAUTHBEARER"], [1], Nonce));
    }
}
