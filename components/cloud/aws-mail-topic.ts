import * as sns from "@pulumi/aws/sns";
import type * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../vm/args";

/** Declares the topic that mails what alarms say, and its subscription; nothing without an address. */
export function declareMailTopic(
  parent: pulumi.Resource,
  name: string,
  o: {
    /** Address; absent for none. */
    readonly email: string | undefined;
    readonly tags: Readonly<Record<string, pulumi.Input<string>>>;
    readonly transform: Transform<sns.TopicArgs> | undefined;
  },
): sns.Topic | undefined {
  const { email, tags, transform } = o;
  if (email === undefined) return undefined;
  const topic = new sns.Topic(name, transformed<sns.TopicArgs>({ tags }, transform), { parent });
  new sns.TopicSubscription(name, { topic: topic.arn, protocol: "email", endpoint: email }, { parent });
  return topic;
}
