/** Where a bucket of S3 is reached, by the endpoint of its region. */
export function s3BucketUrl(bucket: string, region: string): string {
  return `https://${bucket}.s3.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
}

/** Where a bucket of Google Cloud is reached, by the XML API. */
export function gcsBucketUrl(bucket: string): string {
  return `https://storage.googleapis.com/${bucket}`;
}
