/** What Apollo's and urql's checks send. */

import { gql } from "@apollo/client";

export const SALES = gql`
  query Sales($after: String) {
    sales(first: 2, after: $after, sort: CREATED_AT_DESC) {
      edges { cursor node { id code status reference version gross { amount currency } } }
      pageInfo { endCursor hasNextPage }
    }
  }
`;

export const BEGIN = gql`
  mutation Begin($input: SaleCreateInput!) {
    saleCreate(input: $input) {
      sale { id code status reference version gross { amount currency } }
      userErrors { code message path }
    }
  }
`;

export const CHANGE = gql`
  mutation Change($input: SaleUpdateInput!) {
    saleUpdate(input: $input) {
      sale { id reference version }
      userErrors { code message path }
    }
  }
`;

export const FOLLOW = gql`
  subscription Follow($id: ID!) {
    saleChanged(id: $id) {
      kind
      cursor
      sale { id reference version }
    }
  }
`;
