import * as acm from "@pulumi/aws/acm";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";

/** Arguments of `IngressCertificate`. */
export interface IngressCertificateArgs extends Bounded {
  /** Host name of the instance. A change replaces the certificate. */
  readonly domain: string;
  /** Zone of Route 53 that proves it. A change replaces the proof. */
  readonly dnsZone: string;
  /** Tags of the certificate. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * A certificate that is requested and proves itself by a DNS record. The load balancer of an Ingress finds it by its host name.
 *
 * Cost: none.
 *
 * @example
 * new IngressCertificate("sourcegraph", { domain: "sourcegraph.example.com", dnsZone: "Z0123456789" });
 */
export class IngressCertificate extends pulumi.ComponentResource {
  /** ARN, known once the certificate is issued. */
  readonly certificateArn: pulumi.Output<string>;

  /**
   * @param name stem of the children's names
   * @param args host name and zone
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: IngressCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:aws:IngressCertificate", name, { boundary: args.boundary }, opts);
    const { domain, dnsZone, tags } = args;
    const own = `${name}-certificate`;
    const child = { parent: this };
    const certificate = new acm.Certificate(
      own,
      { domainName: domain, validationMethod: "DNS", tags: { Name: own, ...tags } },
      child,
    );
    // One name, so one proof.
    const proof = (key: "resourceRecordName" | "resourceRecordType" | "resourceRecordValue") =>
      certificate.domainValidationOptions.apply(([first]) => first?.[key] ?? "");
    const record = new route53.Record(
      own,
      {
        zoneId: dnsZone,
        name: proof("resourceRecordName"),
        type: proof("resourceRecordType"),
        records: [proof("resourceRecordValue")],
        ttl: 300,
      },
      child,
    );
    this.certificateArn = new acm.CertificateValidation(
      own,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      child,
    ).certificateArn;
    this.registerOutputs({ certificateArn: this.certificateArn });
  }
}

/** Arguments of `IngressRecord`. */
export interface IngressRecordArgs extends Bounded {
  /** Host name of the instance. A change replaces the record. */
  readonly domain: string;
  /** Zone of Route 53 it is written into. A change replaces the record. */
  readonly dnsZone: string;
  /** Region of the load balancer. In place. */
  readonly region: string;
  /** Host name of the load balancer, from the status of the Ingress. In place. */
  readonly hostname: pulumi.Input<string>;
}

/**
 * The DNS record that leads to the load balancer of an Ingress.
 *
 * Cost: none; questions for an alias are free.
 *
 * @example
 * new IngressRecord("sourcegraph", { domain, dnsZone, region: "us-east-1", hostname: sourcegraph.address });
 */
export class IngressRecord extends pulumi.ComponentResource {
  /** The name that was written. */
  readonly fqdn: pulumi.Output<string>;

  /**
   * @param name stem of the child's name
   * @param args names and zone
   * @param opts options of the component; the provider given here is used for the child
   */
  constructor(name: string, args: IngressRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:aws:IngressRecord", name, { boundary: args.boundary }, opts);
    const { domain, dnsZone, region, hostname } = args;
    const { id: zoneId } = lb.getHostedZoneIdOutput({ region, loadBalancerType: "application" }, { parent: this });
    this.fqdn = new route53.Record(
      `${name}-record`,
      {
        zoneId: dnsZone,
        name: domain,
        type: "A",
        aliases: [{ name: hostname, zoneId, evaluateTargetHealth: false }],
      },
      { parent: this },
    ).fqdn;
    this.registerOutputs({ fqdn: this.fqdn });
  }
}
